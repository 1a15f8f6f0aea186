//! The extensions, each by what it means for the reader (RFC 5280 §4.2, CARD.md §5).

use mynumber::crypto::Oid;
use mynumber::crypto::certificate::{
    Certificate, Error, Extension, Extensions, KeyUsage, Oids, extension, policy,
};

use super::{Part, hexadecimal, malformed, shown};
use crate::language::{Language, say};

/// What is shown of an extension: its name, its value, its meaning.
type Told = (&'static str, Result<(String, String), Error>);

pub(super) fn of(certificate: &Certificate<'_>, faults: &mut Vec<String>) -> Vec<Part> {
    let extensions = certificate.extensions();
    extensions
        .iter()
        .map(|found| {
            let part = match known(&extensions, found.id) {
                None => unknown(&found),
                Some((field, Ok((value, meaning)))) => Part::field(field, value, meaning),
                Some((field, Err(error))) => malformed(field, &error, faults),
            };
            Part { critical: Some(found.critical), ..part }
        })
        .collect()
}

fn known(extensions: &Extensions<'_>, id: Oid<'_>) -> Option<Told> {
    Some(match id {
        extension::KEY_USAGE => ("keyUsage", key_usage(extensions)),
        extension::EXTENDED_KEY_USAGE => ("extKeyUsage", extended_key_usage(extensions)),
        extension::CERTIFICATE_POLICIES => ("certificatePolicies", policies(extensions)),
        extension::BASIC_CONSTRAINTS => ("basicConstraints", basic_constraints(extensions)),
        extension::SUBJECT_ALT_NAME => ("subjectAltName", subject_alternative(extensions)),
        extension::ISSUER_ALT_NAME => ("issuerAltName", issuer_alternative(extensions)),
        extension::CRL_DISTRIBUTION_POINTS => ("cRLDistributionPoints", distribution_point(extensions)),
        extension::AUTHORITY_KEY_IDENTIFIER => ("authorityKeyIdentifier", authority_key(extensions)),
        extension::SUBJECT_KEY_IDENTIFIER => ("subjectKeyIdentifier", subject_key(extensions)),
        extension::AUTHORITY_INFO_ACCESS => ("authorityInfoAccess", information_access(extensions)),
        _ => return None,
    })
}

fn unknown(found: &Extension<'_>) -> Part {
    let meaning = match found.critical {
        true => say!(
            "Not known here, and critical: a verifier has to refuse the certificate.",
            "未知のクリティカル拡張です。検証者は証明書を拒否しなければなりません。"
        ),
        false => say!("Not known here; nothing is concluded from it.", "未知の拡張です。判断に使いません。"),
    };
    Part::field(&found.id.to_string(), hexadecimal(found.value()), meaning)
}

/// The bits of keyUsage in the order of the standard, with what each allows.
const USAGES: [(u16, &str, &str, &str); 9] = [
    (0x8000, "digitalSignature", "signatures that prove the presence of the key", "鍵の所持を示す署名"),
    (0x4000, "nonRepudiation", "signatures meant to bind the signer", "署名者の意思を示す署名（否認防止）"),
    (0x2000, "keyEncipherment", "encipherment of keys", "鍵の暗号化"),
    (0x1000, "dataEncipherment", "encipherment of data", "データの暗号化"),
    (0x0800, "keyAgreement", "key agreement", "鍵共有"),
    (0x0400, "keyCertSign", "issue of certificates", "証明書の発行"),
    (0x0200, "cRLSign", "issue of revocation lists", "失効リストの発行"),
    (0x0100, "encipherOnly", "encipherment only, in key agreement", "鍵共有での暗号化のみ"),
    (0x0080, "decipherOnly", "decipherment only, in key agreement", "鍵共有での復号のみ"),
];

fn key_usage(extensions: &Extensions<'_>) -> Result<(String, String), Error> {
    let bits = extensions.key_usage()?.map_or(0, KeyUsage::bits);
    let set = || USAGES.iter().filter(|row| row.0 & bits != 0);
    let value = set().map(|row| row.1).collect::<Vec<_>>().join(", ");
    let language = Language::current();
    let allowed = set().map(|row| language.pick(row.2, row.3)).collect::<Vec<_>>();
    let allowed = allowed.join(language.pick(", ", "、"));
    Ok((value, say!("What the key may do: {allowed}.", "この鍵でできること: {allowed}。")))
}

/// id-kp-clientAuth.
const CLIENT_AUTH: &[u8] = &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02];

fn listed(oids: Option<Oids<'_>>, name: impl Fn(Oid<'_>) -> Option<String>) -> String {
    let names = oids.into_iter().flatten().map(|id| match name(id) {
        Some(name) => format!("{id} ({name})"),
        None => id.to_string(),
    });
    names.collect::<Vec<_>>().join(", ")
}

fn extended_key_usage(extensions: &Extensions<'_>) -> Result<(String, String), Error> {
    let name = |id: Oid<'_>| (id.as_bytes() == CLIENT_AUTH).then(|| "clientAuth".to_owned());
    Ok((
        listed(extensions.extended_key_usage()?, name),
        say!(
            "The uses it is limited to; clientAuth is logging in to a server.",
            "用途の限定。clientAuth はサーバーへのログインです。"
        ),
    ))
}

fn policies(extensions: &Extensions<'_>) -> Result<(String, String), Error> {
    let name = |id: Oid<'_>| {
        Some(match id {
            policy::SIGNATURE => say!("JPKI signature", "公的個人認証 署名用"),
            policy::TEST_SIGNATURE => say!("JPKI signature, test cards", "公的個人認証 署名用・テスト"),
            policy::USER_AUTHENTICATION => say!("JPKI user authentication", "公的個人認証 利用者証明用"),
            policy::TEST_USER_AUTHENTICATION => {
                say!("JPKI user authentication, test cards", "公的個人認証 利用者証明用・テスト")
            }
            _ => return None,
        })
    };
    Ok((
        listed(extensions.policies()?, name),
        say!(
            "The rules that its issuer says to have issued it under; those of JPKI tell its two kinds apart.",
            "発行者が従ったとする規程。公的個人認証では2種類の証明書をこれで区別します。"
        ),
    ))
}

fn basic_constraints(extensions: &Extensions<'_>) -> Result<(String, String), Error> {
    let found = extensions.basic_constraints()?;
    Ok(match found {
        Some(constraints) if constraints.ca => {
            let below = constraints
                .path_length
                .map_or_else(|| say!("no limit", "制限なし"), |length| length.to_string());
            (
                say!("authority; authorities below it: {below}", "認証局。下位の認証局の数: {below}"),
                say!("It may issue certificates.", "証明書を発行できます。"),
            )
        }
        _ => (
            say!("no authority", "認証局ではない"),
            say!("It may not issue certificates.", "証明書を発行できません。"),
        ),
    })
}

fn subject_alternative(extensions: &Extensions<'_>) -> Result<(String, String), Error> {
    Ok(match extensions.subject_directory_name()? {
        Some(name) => {
            (name.to_string(), say!("The subject's name in Japanese writing.", "対象者の日本語表記。"))
        }
        None => (
            say!("see the holder below", "下の名義人の欄を参照"),
            say!(
                "In a signature certificate the four attributes of the holder, and which characters are substitutes.",
                "署名用電子証明書では、名義人の基本4情報と代替文字の位置です。"
            ),
        ),
    })
}

fn issuer_alternative(extensions: &Extensions<'_>) -> Result<(String, String), Error> {
    let name = extensions.issuer_alternative_name()?;
    Ok((
        name.map_or_else(|| "-".to_owned(), |name| name.to_string()),
        say!("The issuer's name in Japanese writing.", "発行者の日本語表記。"),
    ))
}

fn distribution_point(extensions: &Extensions<'_>) -> Result<(String, String), Error> {
    let name = extensions.crl_distribution_point()?;
    Ok((
        name.map_or_else(|| "-".to_owned(), |name| name.to_string()),
        say!(
            "The revocation list that would name it: JPKI has one for each municipality, gives a name and no address, and hands \
             the lists to verifiers that the law admits only (JPKI Act arts. 17 and 36).",
            "失効した場合に載る失効リスト。市区町村ごとに分かれ、住所（URL）はありません。受け取れるのは法律の定める検証者だけです\
             （公的個人認証法第17条・第36条）。"
        ),
    ))
}

fn authority_key(extensions: &Extensions<'_>) -> Result<(String, String), Error> {
    let found = extensions.authority_key_identifier()?;
    let key = found.and_then(|found| found.key_identifier);
    Ok((
        key.map_or_else(|| "-".to_owned(), hexadecimal),
        say!("Which of the issuer's keys is said to have signed it.", "発行者のどの鍵で署名したとされるか。"),
    ))
}

fn subject_key(extensions: &Extensions<'_>) -> Result<(String, String), Error> {
    let key = extensions.subject_key_identifier()?;
    Ok((
        key.map_or_else(|| "-".to_owned(), hexadecimal),
        say!("A short name of its own key.", "この証明書の鍵の識別子。"),
    ))
}

fn information_access(extensions: &Extensions<'_>) -> Result<(String, String), Error> {
    let address = extensions.ocsp_url()?;
    Ok((
        address.map_or_else(|| "-".to_owned(), shown),
        say!(
            "Where to ask by OCSP whether it is revoked; JPKI answers admitted verifiers only. This program asks nobody.",
            "失効の有無をOCSPで問い合わせる先。公的個人認証は認められた検証者にだけ答えます。このプログラムは問い合わせません。"
        ),
    ))
}
