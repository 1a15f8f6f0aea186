//! CMS messages with faults of every kind, each with a signature that is right for what stands there. The DER is written
//! here, not by the product.

use std::sync::{Mutex, OnceLock, PoisonError};

use mynumber::Slot;
use mynumber::applet::pin::reference;
use mynumber::crypto::certificate::Purpose;
use mynumber::crypto::digest::sha256;
use mynumber::crypto::path::{Profile, Validator};
use mynumber::crypto::{Anchor, Certificate, UnixTime};
use mynumber::driver::{Card, Input};
use mynumber::issuance::person::{Secrets, built_in};
use mynumber::issuance::personalise;
use mynumber::transport::InProcess;
use mynumber::virtual_card::{MemoryStorage, VirtualCard};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::issued;

/// A day after the cards were issued.
pub const NOW: UnixTime = UnixTime::from_seconds(issued::ISSUED.seconds() + 86_400);

/// One element whose content the parts are.
#[must_use]
pub fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len();
    let bytes = length.to_be_bytes();
    let significant: Vec<u8> = bytes.into_iter().skip_while(|byte| *byte == 0).collect();
    let mut element = vec![tag];
    match u8::try_from(length) {
        Ok(short @ 0..=0x7F) => element.push(short),
        _ => {
            element.push(0x80 + u8::try_from(significant.len()).unwrap_or(8));
            element.extend(significant);
        }
    }
    element.extend(content);
    element
}

/// An object identifier from its arcs.
#[must_use]
pub fn oid(arcs: &[u32]) -> Vec<u8> {
    let (first, rest) = arcs.split_at_checked(2).unwrap_or_default();
    let root = first.iter().fold(0, |value, arc| value * 40 + arc);
    let mut content = Vec::new();
    for arc in std::iter::once(&root).chain(rest) {
        let groups = (1..5u32).filter(|group| arc >> (7 * group) != 0);
        for group in groups.collect::<Vec<_>>().into_iter().rev() {
            content.push(0x80 | u8::try_from(arc >> (7 * group) & 0x7F).unwrap_or_default());
        }
        content.push(u8::try_from(arc & 0x7F).unwrap_or_default());
    }
    der(0x06, &[&content])
}

/// 1.2.840.113549.1 and these arcs.
#[must_use]
pub fn pkcs(arcs: &[u32]) -> Vec<u8> {
    oid(&[&[1, 2, 840, 113_549, 1], arcs].concat())
}

/// The identifier of SHA-256 (1), SHA-384 (2) or SHA-512 (3), without parameters.
#[must_use]
pub fn sha2(arc: u32) -> Vec<u8> {
    der(0x30, &[&oid(&[2, 16, 840, 1, 101, 3, 4, 2, arc])])
}

/// An attribute of PKCS #9 with these values.
#[must_use]
pub fn attribute(arcs: &[u32], values: &[&[u8]]) -> Vec<u8> {
    der(0x30, &[&pkcs(&[&[9], arcs].concat()), &der(0x31, values)])
}

/// id-data.
#[must_use]
pub fn data() -> Vec<u8> {
    pkcs(&[7, 1])
}

/// contentType, messageDigest and signingTime of good messages over `content`.
#[must_use]
pub fn attributes(content: &[u8]) -> Vec<Vec<u8>> {
    vec![
        attribute(&[3], &[&data()]),
        attribute(&[5], &[&der(0x17, &[b"261002003000Z"])]),
        attribute(&[4], &[&der(0x04, &[&sha256(&[content])])]),
    ]
}

/// A person who signs.
#[derive(Debug)]
pub struct Signer {
    /// The signature certificate.
    pub certificate: Vec<u8>,
    card: Mutex<Card<InProcess<Slot>>>,
}

#[expect(clippy::expect_used, reason = "a fixture of tests")]
impl Signer {
    /// Keys and serial number come from the seed: two people are not told apart by their names alone.
    fn new(person: &str, seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let known = built_in::find(person).expect("a built-in person");
        let secrets = Secrets::documented().expect("well formed");
        let image =
            personalise(issued::authority(), &known, &secrets, issued::ISSUED, &mut rng).expect("a card");
        let card = VirtualCard::new(image, MemoryStorage::default(), rng).expect("memory does not fail");
        let mut card = Card::new(InProcess::new(Slot::new(card)));
        let file = card.signature_certificate(&secrets.signature).expect("the card works");
        Self { certificate: file.content().to_vec(), card: Mutex::new(card) }
    }

    /// Lets the card sign this digest, whatever it is of.
    ///
    /// # Panics
    /// When the card refuses, which it does not.
    #[must_use]
    pub fn sign(&self, digest: &[u8; 32]) -> Vec<u8> {
        let mut card = self.card.lock().unwrap_or_else(PoisonError::into_inner);
        let secrets = Secrets::documented().expect("well formed");
        let unlocked = card.unlock::<reference::Signature>(&secrets.signature);
        unlocked.expect("unlocked").sign_without_any_check(&Input::sha256(digest)).expect("signed")
    }

    /// The issuer and the serial number of the certificate.
    ///
    /// # Panics
    /// When the certificate cannot be read, which does not happen.
    #[must_use]
    pub fn issuer_and_serial(&self) -> Vec<u8> {
        let certificate = Certificate::parse(&self.certificate).expect("readable");
        der(0x30, &[certificate.issuer().raw(), &der(0x02, &[certificate.serial()])])
    }
}

/// The one who signs unless told otherwise.
#[must_use]
pub fn taro() -> &'static Signer {
    static TARO: OnceLock<Signer> = OnceLock::new();
    TARO.get_or_init(|| Signer::new("taro", 1))
}

/// Somebody else.
#[must_use]
pub fn watanabe() -> &'static Signer {
    static WATANABE: OnceLock<Signer> = OnceLock::new();
    WATANABE.get_or_init(|| Signer::new("watanabe", 2))
}

/// A validator for signatures under the test authority.
///
/// # Panics
/// When the authority cannot be an anchor, which does not happen.
#[must_use]
#[expect(clippy::expect_used, reason = "a fixture of tests")]
pub fn validator() -> Validator<'static> {
    static ANCHORS: OnceLock<[Anchor<'static>; 1]> = OnceLock::new();
    let anchors = ANCHORS.get_or_init(|| {
        let ca = Certificate::parse(issued::authority().signature_ca()).expect("readable");
        [Anchor::from_certificate(&ca).expect("an authority").for_purpose(Purpose::Signature)]
    });
    Validator::new(anchors, Profile::jpki(Purpose::Signature))
}

/// What a signer leaves in a message; every field may be made wrong.
#[derive(Clone, Debug)]
pub struct Part {
    /// Who signs.
    pub signer: &'static Signer,
    /// `version`.
    pub version: u8,
    /// `sid`.
    pub sid: Vec<u8>,
    /// `digestAlgorithm`.
    pub digest_algorithm: Vec<u8>,
    /// The signed attributes, in the order in which they are written.
    pub attributes: Option<Vec<Vec<u8>>>,
    /// `signatureAlgorithm`.
    pub signature_algorithm: Vec<u8>,
    /// What the signature is over, where it is not the attributes as they are written.
    pub over: Option<Vec<u8>>,
    /// The signature, where it is not a right one.
    pub signature: Option<Vec<u8>>,
    /// The unsigned attributes.
    pub unsigned: Vec<Vec<u8>>,
}

impl Part {
    /// What `signer` leaves for these attributes.
    #[must_use]
    pub fn new(signer: &'static Signer, attributes: Option<Vec<Vec<u8>>>) -> Self {
        Self {
            signer,
            version: 1,
            sid: signer.issuer_and_serial(),
            digest_algorithm: sha2(1),
            attributes,
            // sha256WithRSAEncryption
            signature_algorithm: der(0x30, &[&pkcs(&[1, 11]), &[5, 0]]),
            over: None,
            signature: None,
            unsigned: Vec::new(),
        }
    }

    /// The SignerInfo, signed.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let attributes = self.attributes.as_ref().map(|list| list.concat());
        let over = match (&self.over, &attributes) {
            (Some(over), _) => over.clone(),
            (None, Some(attributes)) => der(0x31, &[attributes]),
            (None, None) => Vec::new(),
        };
        let signature = self.signature.clone().unwrap_or_else(|| self.signer.sign(&sha256(&[&over])));
        let signed = attributes.map(|attributes| der(0xA0, &[&attributes])).unwrap_or_default();
        let unsigned =
            if self.unsigned.is_empty() { Vec::new() } else { der(0xA1, &[&self.unsigned.concat()]) };
        der(
            0x30,
            &[
                &der(0x02, &[&[self.version]]),
                &self.sid,
                &self.digest_algorithm,
                &signed,
                &self.signature_algorithm,
                &der(0x04, &[&signature]),
                &unsigned,
            ],
        )
    }
}

/// A message; every field may be made wrong.
#[derive(Clone, Debug)]
pub struct Draft {
    /// `digestAlgorithms`.
    pub digest_algorithms: Vec<Vec<u8>>,
    /// `eContentType`.
    pub content_type: Vec<u8>,
    /// `eContent`.
    pub content: Option<Vec<u8>>,
    /// `certificates`.
    pub certificates: Vec<Vec<u8>>,
    /// `signerInfos`.
    pub signers: Vec<Part>,
}

impl Draft {
    /// A good message with this content inside.
    #[must_use]
    pub fn new(content: &[u8]) -> Self {
        Self {
            digest_algorithms: vec![sha2(1)],
            content_type: data(),
            content: Some(content.to_vec()),
            certificates: vec![taro().certificate.clone()],
            signers: vec![Part::new(taro(), Some(attributes(content)))],
        }
    }

    /// The message, with this done to its only signer.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Part)) -> Self {
        if let Some(part) = self.signers.first_mut() {
            change(part);
        }
        self
    }

    /// The message in DER, but for what was made otherwise.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let content = self.content.as_ref().map(|octets| der(0xA0, &[&der(0x04, &[octets])]));
        let certificates = match self.certificates.concat() {
            none if none.is_empty() => none,
            some => der(0xA0, &[&some]),
        };
        let signers: Vec<u8> = self.signers.iter().flat_map(Part::write).collect();
        let signed_data = der(
            0x30,
            &[
                &der(0x02, &[&[1]]),
                &der(0x31, &[&self.digest_algorithms.concat()]),
                &der(0x30, &[&self.content_type, &content.unwrap_or_default()]),
                &certificates,
                &der(0x31, &[&signers]),
            ],
        );
        der(0x30, &[&pkcs(&[7, 2]), &der(0xA0, &[&signed_data])])
    }
}

/// What becomes of a message: nothing wrong, or the first thing that is, in words.
///
/// # Errors
/// What is wrong.
pub fn judged(message: &[u8], content: Option<&[u8]>) -> Result<(), String> {
    use mynumber::crypto::cms::Reader;
    let mut message = Reader::read(message).map_err(|error| error.to_string())?;
    if let Some(content) = content {
        message.content(content).map_err(|error| error.to_string())?;
    }
    let verdict = message.verify(&validator(), &[], NOW).map_err(|error| error.to_string())?;
    verdict.all().map(|_| ()).map_err(|report| match &report.result {
        Err(error) => format!("{error:?}"),
        Ok(_) => "no error".to_owned(),
    })
}
