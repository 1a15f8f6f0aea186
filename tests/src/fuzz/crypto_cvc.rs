//! Card-verifiable certificates and signed records, changed before they are signed or after.

use mynumber_crypto::cvc::{
    self, Authority, Certificate, CertifiedKey, Chain, Error, KeyReference, Record, card_face_digest_info,
};
use mynumber_crypto::digest::{Hash, digest_info, sha256};
use mynumber_crypto::key::{PublicKey, backend};
use rsa::traits::PublicKeyParts;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};

use super::crypto_key::changed;
use super::edits::Input;
use super::in_part::in_part;

const CHAINS: [Chain; 3] = [Chain::CardFace, Chain::InputAssist, Chain::CardManager];
const RECORDS: [Record; 5] =
    [Record::Integrity, Record::InputAssistKey, Record::Age, Record::CardFace, Record::NumberImage];
const NUMBER: &[u8] = b"123456789018";
const NONCE: [u8; 32] = [0x5A; 32];

/// The authority's key, and the one that it certifies; the chip has the authority's too.
fn keys() -> &'static [RsaPrivateKey; 2] {
    crate::virtual_card::keys()
}

fn signature(key: &RsaPrivateKey, message: &[u8]) -> Vec<u8> {
    let info = digest_info(Hash::Sha256, &sha256(&[message])).unwrap_or_default();
    raw_signature(key, &info)
}

fn raw_signature(key: &RsaPrivateKey, info: &[u8]) -> Vec<u8> {
    key.sign(Pkcs1v15Sign::new_unprefixed(), info).unwrap_or_default()
}

/// Tags of up to two bytes.
fn element(tag: u16, value: &[u8]) -> Vec<u8> {
    let tag = tag.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect::<Vec<u8>>();
    let length = match u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes() {
        [0, short @ 0..=0x7F] => vec![short],
        [0, long] => vec![0x81, long],
        [high, low] => vec![0x82, high, low],
    };
    [tag, length, value.to_vec()].concat()
}

fn public_key(key: &RsaPrivateKey) -> Vec<u8> {
    let (exponent, modulus) = (key.e().to_be_bytes_trimmed_vartime(), key.n().to_be_bytes());
    [element(0x90, &exponent), element(0x91, &modulus)].concat()
}

/// What a chain's references begin with: the authority's number, then the municipality's.
const fn numbers(chain: Chain) -> [&'static [u8]; 3] {
    match chain {
        Chain::CardFace => [b"9000023", b"9910121", b"9910122"],
        Chain::InputAssist => [b"9000033", b"9910131", b"9910132"],
        _ => [b"9000020", b"9910130", b"9910140"],
    }
}

fn reference(number: &[u8]) -> Vec<u8> {
    [number, &[0x08, 0x05], b"001", &[0, 0, 0, 0xA8]].concat()
}

fn record(record: Record) -> Vec<u8> {
    let key = public_key(&keys()[0]);
    match record {
        Record::Integrity => {
            [element(0xDF31, &sha256(&[NUMBER])), element(0xDF32, &sha256(&[b"attributes"]))].concat()
        }
        Record::InputAssistKey => element(0xDF51, &key),
        Record::Age => [element(0xDF11, b"19800217"), element(0xDF12, &key)].concat(),
        Record::CardFace => [element(0xDF22, b"1"), element(0xDF23, b"2"), element(0xDF24, &key)].concat(),
        _ => [element(0xDF41, b"image"), element(0xDF42, &key)].concat(),
    }
}

/// What is changed: two certificates, a record, what the record is about, the chip's answer.
struct Parts {
    bodies: [Vec<u8>; 2],
    record: Vec<u8>,
    content: Vec<u8>,
    answer: Vec<u8>,
}

impl Parts {
    fn new(chain: Chain, kind: Record) -> Self {
        let [root, upper, lower] = numbers(chain).map(reference);
        Self {
            bodies: [
                [root, upper.clone(), public_key(&keys()[1])].concat(),
                [upper, lower, public_key(&keys()[0])].concat(),
            ],
            record: record(kind),
            content: NUMBER.to_vec(),
            answer: signature(&keys()[0], &NONCE),
        }
    }

    fn change(&mut self, input: &mut Input<'_>) -> Option<()> {
        let Self { bodies: [upper, lower], record, content, answer } = self;
        changed(
            [upper, lower, record, content, answer].into_iter().nth(usize::from(input.byte()?) % 5)?,
            input,
        );
        Some(())
    }

    /// Signatures over both bodies and the record.
    fn signed(&self, kind: Record) -> [Vec<u8>; 3] {
        let [upper, lower] = &self.bodies;
        let record = match kind {
            Record::CardFace => raw_signature(&keys()[1], &card_face_digest_info([&self.record, b"2", b"3"])),
            _ => signature(&keys()[1], &self.record),
        };
        [signature(&keys()[0], upper), signature(&keys()[1], lower), record]
    }
}

/// The first byte chooses chain and record; the second what is signed when, and who is trusted; the rest are changes of five
/// bytes: a part, a kind, a place, a value.
pub fn crypto_cvc(data: &[u8]) {
    let Some(([choice, flags], rest)) = data.split_first_chunk() else { return };
    let (Some(chain), Some(kind)) =
        (CHAINS.get(usize::from(choice % 3)), RECORDS.get(usize::from(choice / 3 % 5)))
    else {
        return;
    };
    let (chain, kind) = (*chain, *kind);
    let mut parts = Parts::new(chain, kind);
    let before = parts.signed(kind);
    let genuine = (parts.bodies.clone(), parts.record.clone());
    let mut input = Input(rest);
    while parts.change(&mut input).is_some() {}
    let after = if flags & 1 == 0 { parts.signed(kind) } else { before };
    let authorities = authorities(chain, *flags);
    for authority in &authorities {
        assert!(
            !format!("{} {:?} {}", authority.reference(), authority.hierarchy(), authority.chain())
                .is_empty()
        );
    }
    let certified = judged(&parts, &after, kind, chain, &authorities);
    let untouched = genuine == (parts.bodies.clone(), parts.record.clone());
    match certified {
        Ok(()) => assert!(flags & 1 == 0 || untouched, "what was changed after it was signed passes"),
        Err(error) => {
            let _ = (error.kind(), error.position());
            assert!(
                !error.to_string().is_empty() && (!rest.is_empty() || *flags != 0 || !belongs(kind, chain))
            );
        }
    }
}

/// Whether records of this kind are signed by keys of this chain.
fn belongs(kind: Record, chain: Chain) -> bool {
    match kind {
        Record::Integrity | Record::InputAssistKey => chain == Chain::InputAssist,
        _ => chain == Chain::CardFace,
    }
}

fn authorities(chain: Chain, flags: u8) -> Vec<Authority<'static>> {
    static MODULUS: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    let modulus = MODULUS.get_or_init(|| keys()[0].n().to_be_bytes().to_vec());
    let root = KeyReference::parse(&reference(numbers(chain)[0]));
    let Ok(root) = root else { unreachable!("our own reference") };
    let key = PublicKey::Rsa { modulus, exponent: &[1, 0, 1] };
    let other = PublicKey::EcdsaP256 { point: &[] };
    let mut authorities = match flags >> 1 & 3 {
        0 => vec![Authority::new(root, chain, key)],
        1 => vec![Authority::new(root, Chain::CardFace, key), Authority::new(root, Chain::InputAssist, key)],
        2 => vec![Authority::new(root, chain, other), Authority::new(root, chain, key)],
        _ => vec![Authority::new(root, chain, other)],
    };
    if flags & 8 != 0 {
        authorities.extend_from_slice(cvc::production());
        authorities.extend_from_slice(cvc::jlis_test());
    }
    authorities
}

fn judged(
    parts: &Parts,
    signatures: &[Vec<u8>; 3],
    kind: Record,
    chain: Chain,
    authorities: &[Authority<'_>],
) -> Result<(), Error> {
    let ([upper, lower], [by_root, by_upper, by_key]) = (&parts.bodies, signatures);
    let upper = Certificate::new(upper, by_root)?;
    assert!(format!("{} {:?}", upper.issuer(), upper.subject()).contains('/'));
    in_part(format_args!("{}", upper.issuer()));
    let _ = (upper.subject().number(), upper.subject().group(), upper.subject().pad(), upper.key());
    assert_eq!((upper.body().len(), upper.signature().len()), (parts.bodies[0].len(), by_root.len()));
    let certified = cvc::certify(&upper, chain, authorities)?;
    let again = cvc::certify_with(&backend::RustCrypto, &upper, chain, authorities);
    assert_eq!(again, Ok(certified), "every backend says the same");
    told(&certified, &upper);
    let lower = Certificate::new(lower, by_upper)?;
    match certified.certify(&lower) {
        Ok(below) => {
            told(&below, &lower);
            assert!(chain == Chain::CardManager && below.certify(&lower).is_err(), "two steps and no more");
            return Ok(());
        }
        Err(error) if chain == Chain::CardManager => return Err(error),
        Err(_) => {}
    }
    recorded(&certified, parts, kind, by_key)
}

fn told(certified: &CertifiedKey<'_>, certificate: &Certificate<'_>) {
    assert_eq!((certified.subject(), certified.key()), (certificate.subject(), certificate.key()));
    let _ = (certified.authority(), certified.hierarchy(), certified.chain());
    if let Some(code) = certified.municipality_code() {
        assert!(certified.subject().as_bytes().starts_with(&code));
    }
}

fn recorded(
    certified: &CertifiedKey<'_>,
    parts: &Parts,
    kind: Record,
    signature: &[u8],
) -> Result<(), Error> {
    let chip = match kind {
        Record::Integrity => {
            let digests = certified.integrity(&parts.record, signature)?;
            assert!(certified.chip_key(kind, &parts.record, signature).is_err(), "there is no key in it");
            digests.attributes(b"attributes")?;
            return digests.number(&parts.content);
        }
        Record::CardFace => certified.card_face([&parts.record, b"2", b"3"], signature)?,
        _ => certified.chip_key(kind, &parts.record, signature)?,
    };
    let proof = chip.check_answer(&NONCE, &parts.answer)?;
    assert_eq!(proof.nonce(), &NONCE);
    assert!(matches!(chip.key(), PublicKey::Rsa { .. }));
    Ok(())
}
