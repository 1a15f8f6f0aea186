//! Tests over CRLs and OCSP responses made on the spot.

mod crl;
mod index;
mod maker;
mod ocsp;
