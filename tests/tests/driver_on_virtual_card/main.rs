//! The driver on the virtual card: host and card meet as bytes only.

#[cfg(test)]
mod changes;
#[cfg(test)]
mod exchanges;
#[cfg(test)]
mod failures;
#[cfg(test)]
mod pins;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod secure;
#[cfg(test)]
mod secure_hostile;
#[cfg(test)]
mod tap;
