//! Files that a suite wants accepted and that are refused here, with the reason: by the beginning of their names. A row
//! that explains nothing any more fails the run.

/// NIST PKITS, end-entity certificates and the messages signed with them.
pub(crate) const PKITS: &[(&str, &str)] = &[
    ("ValidDSA", "DSA is not accepted"),
    ("ValidGeneralizedTimenotBeforeDateTest4", "RFC 5280 §4.1.2.5 has UTCTime through 2049"),
    ("ValidNegativeSerialNumberTest14", "RFC 5280 §4.1.2.2: serial numbers are positive"),
    ("ValidbasicConstraintsNotCriticalTest4", "RFC 5280 §4.2.1.9: critical in an authority's certificate"),
    ("ValidBasicSelfIssuedCRLSigningKeyTest6", "a CRL by a key that is not in the path"),
    ("ValidBasicSelfIssuedNewWithOldTest4", "a CRL by a key that is not in the path"),
    ("ValidSeparateCertificateandCRLKeysTest19", "a CRL by a key that is not in the path"),
    ("ValidIDPwithindirectCRL", "indirect CRLs are refused"),
    ("ValidcRLIssuer", "indirect CRLs are refused"),
    ("ValiddeltaCRL", "delta CRLs are refused, and make the state unknown"),
    ("ValidonlySomeReasons", "CRLs for some reasons only are refused"),
];
