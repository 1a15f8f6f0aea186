//! The digests that the card's signatures cover, and their `DigestInfo` forms (RFC 8017 §9.2).

use alloc::vec::Vec;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// A hash function of the SHA-2 family (FIPS 180-4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Hash {
    /// SHA-256: 32 bytes; what the card uses today.
    Sha256,
    /// SHA-384: 48 bytes.
    Sha384,
    /// SHA-512: 64 bytes.
    Sha512,
}

impl Hash {
    /// The number of bytes of a digest.
    #[must_use]
    pub const fn length(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The digest of `parts`, one after the other.
    #[must_use]
    pub fn of(self, parts: &[&[u8]]) -> Vec<u8> {
        let mut hasher = Hasher::new(self);
        for part in parts {
            hasher.update(part);
        }
        hasher.finish()
    }

    /// The last arc of the hash function's identifier below 2.16.840.1.101.3.4.2.
    const fn arc(self) -> u8 {
        match self {
            Self::Sha256 => 1,
            Self::Sha384 => 2,
            Self::Sha512 => 3,
        }
    }
}

/// A digest in the making, for content of any size.
#[derive(Clone)]
pub struct Hasher(State);

#[derive(Clone)]
enum State {
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
}

impl Hasher {
    /// Begins a digest.
    #[must_use]
    pub fn new(hash: Hash) -> Self {
        Self(match hash {
            Hash::Sha256 => State::Sha256(Sha256::new()),
            Hash::Sha384 => State::Sha384(Sha384::new()),
            Hash::Sha512 => State::Sha512(Sha512::new()),
        })
    }

    /// Takes the next bytes in.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Sha256(state) => state.update(bytes),
            State::Sha384(state) => state.update(bytes),
            State::Sha512(state) => state.update(bytes),
        }
    }

    /// The digest of everything taken in.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        match self.0 {
            State::Sha256(state) => state.finalize().to_vec(),
            State::Sha384(state) => state.finalize().to_vec(),
            State::Sha512(state) => state.finalize().to_vec(),
        }
    }
}

impl core::fmt::Debug for Hasher {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Hasher")
    }
}

/// The SHA-256 digest of `parts`, one after the other.
#[must_use]
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut state = Sha256::new();
    for part in parts {
        state.update(part);
    }
    state.finalize().into()
}

/// The `DigestInfo` of a digest, with the NULL parameters that PKCS#1 asks for (RFC 8017 §9.2, note 1).
///
/// `digest` is written as it is, whatever its length up to 107 bytes: the card face carries 96 bytes in one
/// (see [`crate::cvc::card_face_digest_info`]). `None` above that.
#[must_use]
pub fn digest_info(hash: Hash, digest: &[u8]) -> Option<Vec<u8>> {
    let length = u8::try_from(digest.len()).ok().filter(|length| *length <= 107)?;
    let mut info = Vec::with_capacity(19 + digest.len());
    info.extend_from_slice(&[0x30, length + 17, 0x30, 0x0D, 0x06, 0x09]);
    info.extend_from_slice(&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, hash.arc()]);
    info.extend_from_slice(&[0x05, 0x00, 0x04, length]);
    info.extend_from_slice(digest);
    Some(info)
}

#[cfg(test)]
mod tests {
    use super::{Hash, digest_info, sha256};

    #[test]
    fn digest_infos_are_those_of_the_standard() {
        // RFC 8017 §9.2, note 1.
        let prefixes: [(Hash, &[u8]); 3] = [
            (Hash::Sha256, b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"),
            (Hash::Sha384, b"\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30"),
            (Hash::Sha512, b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40"),
        ];
        for (hash, prefix) in prefixes {
            let digest = hash.of(&[b"abc"]);
            assert_eq!(digest.len(), hash.length());
            assert_eq!(digest_info(hash, &digest).unwrap(), [prefix, &digest].concat());
        }
        assert_eq!(digest_info(Hash::Sha256, &[0; 108]), None);
    }

    #[test]
    fn parts_hash_like_their_concatenation() {
        assert_eq!(sha256(&[b"a", b"", b"bc"]), sha256(&[b"abc"]));
        // FIPS 180-4 example.
        assert_eq!(sha256(&[b"abc"]).first_chunk::<4>(), Some(&[0xBA, 0x78, 0x16, 0xBF]));
    }
}
