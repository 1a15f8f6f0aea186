//! What holds the workspace together: who may name whom, which dependencies are allowed, what the core does
//! without, how long files may be, what each library offers to the public, and whether the documents say what is.
//!
//! These are rules about the source, not about the product. Each module says what its rule is for.

#[cfg(test)]
mod card_facts;
#[cfg(test)]
mod core_without_std;
#[cfg(test)]
mod dependencies;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod edges;
#[cfg(test)]
mod manifests;
#[cfg(test)]
mod policy;
#[cfg(test)]
mod public_api;
#[cfg(test)]
mod sources;
#[cfg(test)]
mod tidy;
