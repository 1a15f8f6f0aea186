//! Files that a suite wants accepted and that are refused here, with the reason. A row that explains nothing any more
//! fails the run.

use crate::report::Known;

const fn named(files: &'static str, reason: &'static str) -> Known {
    Known { files, said: "", reason }
}

const fn saying(said: &'static str, reason: &'static str) -> Known {
    Known { files: "", said, reason }
}

/// NIST PKITS, end-entity certificates and the messages signed with them.
pub(crate) const PKITS: &[Known] = &[
    named("ValidDSA", "DSA is not accepted"),
    named("ValidGeneralizedTimenotBeforeDateTest4", "RFC 5280 §4.1.2.5 has UTCTime through 2049"),
    named("ValidNegativeSerialNumberTest14", "RFC 5280 §4.1.2.2: serial numbers are positive"),
    named(
        "ValidbasicConstraintsNotCriticalTest4",
        "RFC 5280 §4.2.1.9: critical in an authority's certificate",
    ),
    named("ValidBasicSelfIssuedCRLSigningKeyTest6", "a CRL by a key that is not in the path"),
    named("ValidBasicSelfIssuedNewWithOldTest4", "a CRL by a key that is not in the path"),
    named("ValidSeparateCertificateandCRLKeysTest19", "a CRL by a key that is not in the path"),
    named("ValidIDPwithindirectCRL", "indirect CRLs are refused"),
    named("ValidcRLIssuer", "indirect CRLs are refused"),
    named("ValiddeltaCRL", "delta CRLs are refused, and make the state unknown"),
    named("ValidonlySomeReasons", "CRLs for some reasons only are refused"),
];

/// The same paths with the settings of the caller that the package `pyhanko-certvalidator` lists.
pub(crate) const SETTINGS: &[Known] = &[
    named("valid_dsa", "DSA is not accepted"),
    named("valid_generalizedtime", "RFC 5280 §4.1.2.5 has UTCTime through 2049"),
    named("valid_negative_serial", "RFC 5280 §4.1.2.2: serial numbers are positive"),
    named("valid_basicconstraints_not_critical", "RFC 5280 §4.2.1.9: critical in an authority's certificate"),
    named("valid_basic_self_issued_crl_signing_key", "a CRL by a key that is not in the path"),
    named("valid_basic_self_issued_new_with_old_test4", "a CRL by a key that is not in the path"),
    named("valid_separate_certificate_and_crl_keys", "a CRL by a key that is not in the path"),
    named("valid_idp_with_indirectcrl", "indirect CRLs are refused"),
    named("valid_crlissuer", "indirect CRLs are refused"),
    named("valid_deltacrl", "delta CRLs are refused, and make the state unknown"),
    named("valid_onlysomereasons", "CRLs for some reasons only are refused"),
    named(
        "all_certs_same_policy_test1_with_constraint_mismatch_ignored",
        "a policy that is asked for has to hold, asked for as an explicit one or not",
    ),
];

/// Certificates, CRLs, OCSP responses and messages of the package `cryptography-vectors`.
pub(crate) const READING: &[Known] = &[
    named("alternate-rsa-sha1-oid", "X.690 §11.2.2: keyUsage ends with its last set bit"),
    named("authenticode", "content as it was before CMS"),
    named("crl_all_reasons", "RFC 5280 §5.1.2.4 has UTCTime through 2049"),
    named("crl_almost_10k", "RFC 5280 §5.2: extensions are there, and have a number"),
    named("crl_empty_no_sequence", "RFC 5280 §5.2: extensions are there, and have a number"),
    named("crl_issuer_invalid_printable_string", "a PrintableString with other characters"),
    named("crl_no_next_update", "RFC 5280 §5.1.2.5: nextUpdate is there"),
    named("cryptography-scts-tbs-precert", "the signed part of a certificate alone"),
    named("cryptography.io.precert", "a precertificate, which is none (RFC 6962 §3.1)"),
    named("ed25519-rfc8410", "X.690 §11.5: a default is not written"),
    named("enveloped", "a message that nobody signed"),
    named("negative_serial", "RFC 5280 §4.1.2.2: serial numbers are positive"),
    named("rsa_pss_cert_", "two different signature algorithms"),
    named("san_empty_hostname", "RFC 5280 §4.2.1.6: no empty host"),
    named("san_registered_id", "a key of 1024 bits"),
    named("utf8-dnsname", "a host in other characters than ASCII"),
    saying("an algorithm that is not accepted", "SHA-1, SHA-224, MD5, and algorithms that are not known"),
    saying("a public key of an unknown kind", "DSA, Ed25519, Ed448, RSASSA-PSS and GOST keys"),
    saying("of a version that is read here", "version 1"),
    saying("cRLNumber", "RFC 5280 §5.2.3: a CRL has a number"),
    saying("a name constraint that is malformed", "RFC 5280 §4.2.1.10: a host without a dot before it"),
    saying("contradicts itself", "RFC 5280 §4.2.1.10: name constraints are for authorities"),
];
