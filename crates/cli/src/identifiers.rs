//! Object identifiers that people write.

use crate::language::say;

/// The DER content bytes of an identifier in dots: `1.2.392.200149.8.5.1.1.20`.
pub(crate) fn parse(text: &str) -> Result<Vec<u8>, String> {
    encode(text).ok_or_else(|| {
        say!(
            "an object identifier like 1.2.392.200149.8.5.1.1.20 is expected",
            "1.2.392.200149.8.5.1.1.20 のようなオブジェクト識別子を指定してください"
        )
    })
}

fn encode(text: &str) -> Option<Vec<u8>> {
    let arcs: Vec<u32> = text.split('.').map(arc).collect::<Option<_>>()?;
    let [root, second, rest @ ..] = arcs.as_slice() else { return None };
    if *root > 2 || (*root < 2 && *second > 39) {
        return None;
    }
    let mut bytes = Vec::new();
    let first = root.checked_mul(40)?.checked_add(*second)?;
    for arc in std::iter::once(&first).chain(rest) {
        let groups = (1..5u32).rev().map(|group| arc >> (7 * group)).filter(|rest| *rest > 0);
        for rest in groups {
            bytes.push(low_bits(rest) | 0x80);
        }
        bytes.push(low_bits(*arc));
    }
    (bytes.len() <= mynumber::crypto::Oid::MAX_LENGTH).then_some(bytes)
}

/// A number without leading zeros.
fn arc(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    (digits && (text == "0" || !text.starts_with('0'))).then(|| text.parse().ok())?
}

fn low_bits(number: u32) -> u8 {
    u8::try_from(number & 0x7F).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mynumber::crypto::Oid;

    #[test]
    fn identifiers_are_read_as_they_are_printed() {
        for text in [
            "1.2.392.200149.8.5.1.1.20",
            "2.16.840.1.101.3.2.1.48.1",
            "2.5.29.32.0",
            "2.999.4294967295",
            "0.39",
        ] {
            let bytes = parse(text).unwrap();
            assert_eq!(Oid::from_bytes(&bytes).unwrap().to_string(), text);
        }
        for text in ["", "1", "3.1", "1.40", "1..2", "1.2.", "1.02", "1.-2", "1.4294967296", "a.b", "1.2.３"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(&format!("1.2{}", ".99999".repeat(40))).is_err());
    }
}
