//! CRLs in PEM (RFC 7468 §6).

use base64ct::{Base64, Encoding};

const BEGIN: &str = "-----BEGIN X509 CRL-----";
const END: &str = "-----END X509 CRL-----";

/// The CRLs that a file holds: itself when it is DER, the blocks of a PEM file otherwise; `None` when it is neither.
pub(super) fn split(file: Vec<u8>) -> Option<Vec<Vec<u8>>> {
    if file.first() == Some(&0x30) {
        return Some(vec![file]);
    }
    let text = std::str::from_utf8(&file).ok()?;
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(BEGIN) {
        let (body, after) = after.split_once(END)?;
        let compact: String = body.split_ascii_whitespace().collect();
        found.push(Base64::decode_vec(&compact).ok()?);
        rest = after;
    }
    if found.is_empty() { None } else { Some(found) }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn der_is_taken_as_it_is_and_pem_block_by_block() {
        assert_eq!(split(vec![0x30, 1, 2]), Some(vec![vec![0x30, 1, 2]]));
        let pem = "text\n-----BEGIN X509 CRL-----\nMAEC\n-----END X509 CRL-----\n\n\
                   -----BEGIN X509 CRL-----\r\nMA\r\nED\r\n-----END X509 CRL-----";
        assert_eq!(split(pem.into()), Some(vec![vec![0x30, 1, 2], vec![0x30, 1, 3]]));
        for broken in [
            "",
            "README",
            "-----BEGIN X509 CRL-----\nMAEC\n",
            "-----BEGIN X509 CRL-----\nMA*C\n-----END X509 CRL-----",
            "-----BEGIN CERTIFICATE-----\nMAEC\n-----END CERTIFICATE-----",
        ] {
            assert_eq!(split(broken.into()), None, "{broken:?}");
        }
    }
}
