//! A test authority on disk: one folder, keys readable by their owner only.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use mynumber_crypto::Certificate;
use rsa::RsaPrivateKey;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use zeroize::Zeroizing;

use super::{Role, TestAuthority};

/// The version of the folder's layout, in its file `format`.
const FORMAT: &str = "mynumber test authority 1\n";
/// More than any file of the folder has: a PKCS#8 key of 2048 bits takes 1.2 thousand bytes.
const FILE_LIMIT: u64 = 16_384;

/// Where a test authority is kept.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

/// Why a test authority could not be saved or loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Something is in the folder's place already; nothing is ever overwritten.
    #[error("{} exists already", path.display())]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// There is no authority in the folder.
    #[error("there is no test authority at {}", path.display())]
    Absent {
        /// The folder.
        path: PathBuf,
    },
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// A key file can be read by others than its owner.
    #[error("{} can be read by others than its owner: make the authority anew", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
    },
    /// A file does not hold what it should, or key and certificate do not belong together.
    #[error("{} is damaged or of an unknown version", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
}

impl Role {
    const fn file(self) -> &'static str {
        match self {
            Self::SignatureCa => "signature-ca.p8",
            Self::UserAuthenticationCa => "user-authentication-ca.p8",
            Self::CardFaceRoot => "card-face-root.p8",
            Self::CardFaceMunicipality => "card-face-municipality.p8",
            Self::InputAssistRoot => "input-assist-root.p8",
            Self::InputAssistMunicipality => "input-assist-municipality.p8",
            Self::CardManagerRoot => "card-manager-root.p8",
            Self::CardManagerIntermediate => "card-manager-intermediate.p8",
            Self::CardManagerLower => "card-manager-lower.p8",
        }
    }
}

const SIGNATURE_CA: &str = "signature-ca.der";
const USER_AUTHENTICATION_CA: &str = "user-authentication-ca.der";

impl Store {
    /// The folder of an authority, which need not exist yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes the authority: PKCS#8 keys and DER certificates, complete or not at all. The folder is made with its
    /// parents, and belongs to its owner alone.
    ///
    /// # Errors
    /// [`StoreError::Exists`] when something is there already, or [`StoreError::Io`].
    pub fn save(&self, authority: &TestAuthority) -> Result<(), StoreError> {
        let exists = || StoreError::Exists { path: self.folder.clone() };
        if self.folder.exists() {
            return Err(exists());
        }
        if let Some(parent) = self.folder.parent() {
            fs::create_dir_all(parent).map_err(at(parent))?;
        }
        // The process number keeps two that save at once apart; the rename decides which of them wins.
        let aside = self.folder.with_extension(format!("new-{}", std::process::id()));
        private_folder(&aside).map_err(at(&aside))?;
        let written = write_all(&aside, authority);
        let moved = written.and_then(|()| match fs::rename(&aside, &self.folder) {
            Err(_) if self.folder.exists() => Err(exists()),
            outcome => outcome.map_err(at(&self.folder)),
        });
        if moved.is_err() {
            // What is left is of no use, and the first error is the one to tell.
            let _ = fs::remove_dir_all(&aside);
        }
        moved
    }

    /// Reads the authority.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::Absent`] when nothing was saved.
    pub fn load(&self) -> Result<TestAuthority, StoreError> {
        if !self.folder.exists() {
            return Err(StoreError::Absent { path: self.folder.clone() });
        }
        let format = self.folder.join("format");
        if read(&format)?.as_slice() != FORMAT.as_bytes() {
            return Err(StoreError::Damaged { path: format });
        }
        let mut keys = BTreeMap::new();
        for role in Role::ALL {
            let path = self.folder.join(role.file());
            let key = RsaPrivateKey::from_pkcs8_der(&read_private(&path)?)
                .map_err(|_| StoreError::Damaged { path })?;
            keys.insert(role, key);
        }
        let certificate = |name: &str, key: &Role| {
            let path = self.folder.join(name);
            let der = read(&path)?.to_vec();
            if keys.get(key).is_some_and(|key| belongs(&der, key)) {
                Ok(der)
            } else {
                Err(StoreError::Damaged { path })
            }
        };
        let signature_ca = certificate(SIGNATURE_CA, &Role::SignatureCa)?;
        let user_authentication_ca = certificate(USER_AUTHENTICATION_CA, &Role::UserAuthenticationCa)?;
        Ok(TestAuthority { keys, signature_ca, user_authentication_ca })
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> StoreError + use<> {
    let path = path.to_path_buf();
    |source| StoreError::Io { path, source }
}

fn write_all(folder: &Path, authority: &TestAuthority) -> Result<(), StoreError> {
    for (role, key) in &authority.keys {
        let path = folder.join(role.file());
        let der = key.to_pkcs8_der().map_err(|_| StoreError::Damaged { path: path.clone() })?;
        write(&path, der.as_bytes())?;
    }
    write(&folder.join(SIGNATURE_CA), &authority.signature_ca)?;
    write(&folder.join(USER_AUTHENTICATION_CA), &authority.user_authentication_ca)?;
    write(&folder.join("format"), FORMAT.as_bytes())
}

fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(at(path))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(at(path))
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    read_file(path, &File::open(path).map_err(at(path))?)
}

fn read_file(path: &Path, file: &File) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    // Room for the whole file, so that no half of a key is left behind by a growing vector.
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(FILE_LIMIT).unwrap_or(0)));
    file.take(FILE_LIMIT).read_to_end(&mut bytes).map_err(at(path))?;
    Ok(bytes)
}

fn read_private(path: &Path) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    let file = File::open(path).map_err(at(path))?;
    #[cfg(unix)]
    {
        let metadata = file.metadata().map_err(at(path))?;
        if std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0 {
            return Err(StoreError::Exposed { path: path.to_path_buf() });
        }
    }
    read_file(path, &file)
}

/// Whether the certificate is the key's own.
fn belongs(der: &[u8], key: &RsaPrivateKey) -> bool {
    let own = super::CardVerifiableKey::of(key);
    Certificate::parse(der).is_ok_and(|certificate| {
        certificate.public_key() == Ok(own.as_public_key())
            && certificate.check_signature(&own.as_public_key()).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::{Store, StoreError};
    use crate::pki::TestAuthority;
    use mynumber_crypto::UnixTime;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;
    use std::fs;

    #[test]
    fn an_authority_comes_back_as_it_was_saved_and_nothing_damaged_does() {
        let now = UnixTime::from_seconds(1_790_000_000);
        let authority = TestAuthority::generate(now, &mut ChaCha20Rng::seed_from_u64(1)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("deep").join("authority"));
        assert!(matches!(store.load(), Err(StoreError::Absent { .. })));
        store.save(&authority).unwrap();
        let loaded = store.load().unwrap();
        assert_eq!(loaded.keys, authority.keys);
        assert_eq!(loaded.signature_ca, authority.signature_ca);
        assert!(matches!(store.save(&authority), Err(StoreError::Exists { .. })));
        assert_eq!(fs::read_dir(store.folder().parent().unwrap()).unwrap().count(), 1);

        let key = store.folder().join("card-face-root.p8");
        let bytes = fs::read(&key).unwrap();
        fs::write(&key, &bytes[..bytes.len() - 1]).unwrap();
        assert!(matches!(store.load(), Err(StoreError::Damaged { path }) if path == key));
        fs::write(&key, &bytes).unwrap();
        let (ca, other) =
            (store.folder().join("signature-ca.der"), store.folder().join("user-authentication-ca.der"));
        fs::copy(&other, &ca).unwrap();
        assert!(matches!(store.load(), Err(StoreError::Damaged { path }) if path == ca));
        fs::write(store.folder().join("format"), "mynumber test authority 2\n").unwrap();
        assert!(matches!(store.load(), Err(StoreError::Damaged { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn h6_keys_are_private_files_and_exposed_ones_are_refused() {
        use std::os::unix::fs::PermissionsExt;
        let now = UnixTime::from_seconds(1_790_000_000);
        let authority = TestAuthority::generate(now, &mut ChaCha20Rng::seed_from_u64(1)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("authority"));
        store.save(&authority).unwrap();
        assert_eq!(fs::metadata(store.folder()).unwrap().permissions().mode() & 0o777, 0o700);
        for entry in fs::read_dir(store.folder()).unwrap() {
            assert_eq!(entry.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        let key = store.folder().join("signature-ca.p8");
        fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(store.load(), Err(StoreError::Exposed { path }) if path == key));
    }
}
