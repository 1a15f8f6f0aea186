use super::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

impl IssuerMasterKey {
    /// This key, for vectors.
    pub(crate) fn holding(key: &[u8; KEY]) -> Self {
        Self(Box::new(Zeroizing::new(*key)))
    }
}

impl CardKey {
    /// This key, for vectors.
    pub(crate) fn holding(key: &[u8; KEY]) -> Self {
        Self(Box::new(Zeroizing::new(*key)))
    }
}

fn master() -> IssuerMasterKey {
    IssuerMasterKey::generate(&mut ChaCha20Rng::seed_from_u64(1))
}

#[test]
fn a_key_comes_back_as_it_was_saved_and_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("issuer.key");
    assert!(matches!(IssuerMasterKey::load(&path), Err(KeyFileError::Absent { .. })));
    master().save(&path).unwrap();
    assert_eq!(IssuerMasterKey::load(&path).unwrap().0, master().0);
    let other = IssuerMasterKey::generate(&mut ChaCha20Rng::seed_from_u64(2));
    assert!(matches!(other.save(&path), Err(KeyFileError::Exists { .. })));
    assert_eq!(IssuerMasterKey::load(&path).unwrap().0, master().0);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left aside");
}

#[test]
fn h6_every_flipped_bit_and_every_prefix_of_a_key_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("issuer.key");
    master().save(&path).unwrap();
    let whole = fs::read(&path).unwrap();
    assert_eq!(whole.len(), FILE);
    for bit in 0..whole.len() * 8 {
        let mut flipped = whole.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(parse(&flipped).is_none(), "bit {bit}");
    }
    assert!((0..whole.len()).all(|length| parse(&whole[..length]).is_none()));
    fs::write(&path, [whole.as_slice(), &[0]].concat()).unwrap();
    assert!(matches!(IssuerMasterKey::load(&path), Err(KeyFileError::Damaged { .. })));
}

#[cfg(unix)]
#[test]
fn h6_a_key_file_is_its_owner_s_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("issuer.key");
    master().save(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    for mode in [0o640, 0o604, 0o620] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert!(matches!(IssuerMasterKey::load(&path), Err(KeyFileError::Exposed { .. })), "{mode:o}");
    }
}

#[test]
fn nothing_of_a_key_is_shown() {
    let master = master();
    let card = master.card_key(&Serial::parse("400000000000001").unwrap());
    let image = card.to_issuer_key().unwrap();
    let shown = format!("{master:?} {card:?} {image:?}");
    assert_eq!(shown, "IssuerMasterKey(<secret>) CardKey(<secret>) IssuerKey(<secret>)");
}
