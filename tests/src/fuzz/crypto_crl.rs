//! CRLs: the view, the index, and the verdict, over any bytes.

use std::sync::OnceLock;

use mynumber_crypto::Certificate;
use mynumber_crypto::certificate::Purpose;
use mynumber_crypto::revocation::{Crl, CrlIndex, Freshness, Given, Issuer, Status, Why, check_certificate};
use mynumber_crypto::time::UnixTime;

/// The certificate that CRLs of the corpus are about, and the one of its issuer.
fn certificates() -> (Certificate<'static>, Issuer<'static>) {
    static LEAF: OnceLock<Vec<u8>> = OnceLock::new();
    let leaf = LEAF.get_or_init(|| mynumber::testing::certificate("taro", Purpose::Signature));
    let ca = mynumber::testing::authority().signature_ca();
    let (Ok(leaf), Ok(ca)) = (Certificate::parse(leaf), Certificate::parse(ca)) else {
        unreachable!("our own certificates")
    };
    let Ok(issuer) = Issuer::from_certificate(&ca) else { unreachable!("our own authority") };
    (leaf, issuer)
}

/// Every field is asked for.
fn told(crl: &Crl<'_>, data: &[u8]) {
    assert!(crl.raw() == data && data.windows(crl.tbs().len()).any(|found| found == crl.tbs()));
    assert!(crl.number().len() <= 20 && crl.issuer().matches(&crl.issuer()));
    let _ = (crl.signature_algorithm(), crl.signature(), crl.authority_key_identifier(), format!("{crl:?}"));
    assert!(crl.distribution_points().count() == 0 || crl.is_partial());
    for entry in crl.entries().take(8) {
        assert!(entry.revocation().is_ok() && !format!("{entry:?}").is_empty());
    }
}

/// The view and the index take the same lists; the index finds what a walk finds; nobody's bytes make a certificate good
/// but its issuer's.
pub fn crypto_crl(data: &[u8]) {
    let view = Crl::parse(data);
    let index = CrlIndex::build(data);
    match (&view, &index) {
        (Ok(crl), Ok(index)) => {
            assert_eq!(crl.entries().count(), index.len());
            told(crl, data);
            let mut serials: Vec<&[u8]> = crl.entries().map(|entry| entry.serial()).collect();
            for serial in serials.iter().take(64) {
                assert_eq!(index.lookup(serial), crl.entries().find(|entry| entry.serial() == *serial));
            }
            serials.sort_unstable();
            assert!(serials.windows(2).all(|pair| pair.first() != pair.last()), "a duplicate got through");
            assert!(index.is_empty() == serials.is_empty() && index.memory() < 1 << 26);
            for absent in [&[][..], &[1], &[0x7F; 20], data.get(..4).unwrap_or_default()] {
                assert_eq!(index.lookup(absent).is_some(), serials.binary_search(&absent).is_ok());
            }
        }
        (Ok(crl), Err(error)) => {
            let mut serials: Vec<&[u8]> = crl.entries().map(|entry| entry.serial()).collect();
            serials.sort_unstable();
            let twice = serials.windows(2).any(|pair| pair.first() == pair.last());
            assert!(twice, "the index refuses what the view takes: {error}");
        }
        (Err(error), Ok(_)) => unreachable!("the index takes what the view refuses: {error}"),
        (Err(view), Err(index)) => assert_eq!(view, index),
    }
    let (leaf, issuer) = certificates();
    if let Ok(mut index) = CrlIndex::build(data) {
        assert!(
            index.prove(&issuer).is_err() && index.prove(&issuer).is_err(),
            "nobody's list is the issuer's"
        );
    }
    let at = UnixTime::from_seconds(mynumber::testing::ISSUED.seconds() + 60);
    let source = Given::new().with_crl(data.to_vec());
    let checked = check_certificate(&leaf, &issuer, &source, Freshness::default(), at);
    // The keys of this run are new: no corpus holds a signature of theirs.
    assert!(matches!(checked.status, Status::Unknown(why) if why != Why::NothingOffered), "{checked:?}");
}
