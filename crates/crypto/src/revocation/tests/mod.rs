//! Tests over CRLs and OCSP responses made on the spot.

mod crl;
mod maker;
