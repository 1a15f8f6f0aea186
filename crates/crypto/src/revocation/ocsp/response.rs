//! A borrowed view of an OCSP response (RFC 6960 §4.2.1).

use super::NONCE;
use super::id::{CertificateId, read_nonce};
use crate::asn1::der::{Der, OCTET_STRING, OID, SEQUENCE};
use crate::asn1::{AlgorithmIdentifier, Error, ErrorKind, Field, Object, SignedFrame};
use crate::certificate::{Certificate, Extensions, Name};
use crate::revocation::{Reason, Revocation};
use crate::time::UnixTime;
use core::fmt;
use mynumber_apdu::tlv::Tag;

/// Content bytes of id-pkix-ocsp-basic.
const BASIC: &[u8] = &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01];
const SUCCESSFUL: u8 = 0;
/// Single answers of one response that are looked at.
const MAX_ANSWERS: usize = 64;
/// Certificates of one response that are looked at.
const MAX_CERTIFICATES: usize = 8;

/// Who says to have signed a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Responder<'a> {
    /// byName.
    Name(Name<'a>),
    /// byKey: SHA-1 of the responder's public key.
    KeyHash(&'a [u8]),
}

/// What a response says of one certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateState {
    /// Not revoked.
    Good,
    /// Revoked.
    Revoked(Revocation),
    /// The responder does not know it.
    Unknown,
}

/// One single answer of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer<'a> {
    pub(super) id: CertificateId<'a>,
    /// What it says.
    pub state: CertificateState,
    /// When this was known to be so.
    pub this_update: UnixTime,
    /// When newer information is due; `None` when it is always to be had.
    pub next_update: Option<UnixTime>,
}

/// An OCSP response, borrowed from its DER. The view says nothing of who made it: see [`Response::check`].
#[derive(Clone, Copy)]
pub struct Response<'a> {
    pub(super) signed: &'a [u8],
    responder: Responder<'a>,
    produced_at: UnixTime,
    answers: Der<'a>,
    nonce: Option<&'a [u8]>,
    pub(super) algorithm: AlgorithmIdentifier<'a>,
    pub(super) signature: &'a [u8],
    certificates: Option<Der<'a>>,
}

/// What came back from a responder.
pub(in crate::revocation) enum Reply<'a> {
    /// A response of the basic type.
    Basic(Response<'a>),
    /// No answer, for the reason with this code (RFC 6960 §4.2.1).
    Refusal(u8),
}

impl<'a> Response<'a> {
    /// The most bytes of a response accepted; usual ones have 0.5 to 3 thousand.
    pub const MAX_LENGTH: usize = 65_536;

    /// Reads the response that `input` is: one, successful, of the basic type, and nothing after it. A responder's
    /// refusal to answer is an error here, [`ErrorKind::Refused`].
    ///
    /// # Errors
    /// [`Error`] with the field and the position.
    pub fn parse(input: &'a [u8]) -> Result<Self, Error> {
        match Self::parse_reply(input)? {
            Reply::Basic(response) => Ok(response),
            Reply::Refusal(status) => {
                Err(Error::new(ErrorKind::Refused { status }, Object::Ocsp, Field::ResponseStatus, 0))
            }
        }
    }

    pub(in crate::revocation) fn parse_reply(input: &'a [u8]) -> Result<Reply<'a>, Error> {
        if input.len() > Self::MAX_LENGTH {
            return Err(Error::new(ErrorKind::TooLong, Object::Ocsp, Field::Whole, Self::MAX_LENGTH));
        }
        let mut file = Der::new(Object::Ocsp, Field::Whole, input, 0);
        let mut reply = file.enter(SEQUENCE)?.in_field(Field::ResponseStatus);
        file.finish()?;
        let before = reply;
        let status = reply.enumerated()?;
        if status != SUCCESSFUL {
            reply.finish()?;
            // 4 is not used.
            return match status {
                1..=3 | 5 | 6 => Ok(Reply::Refusal(status)),
                _ => Err(before.fault(ErrorKind::Undefined)),
            };
        }
        let mut reply = reply.in_field(Field::ResponseBytes);
        let mut tagged = reply.enter(Tag(0xA0))?;
        reply.finish()?;
        let mut bytes = tagged.enter(SEQUENCE)?;
        tagged.finish()?;
        let before = bytes;
        if bytes.read(OID)?.value() != BASIC {
            return Err(before.fault(ErrorKind::Undefined));
        }
        let basic = bytes.read(OCTET_STRING)?;
        bytes.finish()?;
        let basic = Der::new(Object::Ocsp, Field::ResponseBytes, basic.value(), basic.value_position());
        Self::read_basic(basic).map(Reply::Basic)
    }

    /// BasicOCSPResponse.
    fn read_basic(mut file: Der<'a>) -> Result<Self, Error> {
        let mut basic = file.enter(SEQUENCE)?;
        file.finish()?;
        let frame = SignedFrame::read_next(&mut basic)?;
        let mut basic = basic.in_field(Field::Certificates);
        let certificates = match basic.optional(Tag(0xA0))? {
            Some(element) => {
                let mut tagged = basic.inside(element)?;
                let list = tagged.enter(SEQUENCE)?;
                tagged.finish()?;
                Some(list)
            }
            None => None,
        };
        basic.finish()?;
        if let Some(mut list) = certificates {
            let mut count = 0;
            while list.next()?.is_some() {
                count += 1;
                if count > MAX_CERTIFICATES {
                    return Err(list.fault(ErrorKind::TooLong));
                }
            }
        }

        // ResponseData. Its version is 1, which is never written out.
        let mut fields = frame.fields.in_field(Field::ResponderId);
        let responder = read_responder(&mut fields)?;
        let mut fields = fields.in_field(Field::ProducedAt);
        let produced_at = fields.generalized_time()?;
        let mut fields = fields.in_field(Field::Responses);
        let answers = fields.enter(SEQUENCE)?;
        let mut all = answers;
        let mut count = 0;
        while !all.is_empty() {
            Answer::read(&mut all)?;
            count += 1;
            if count > MAX_ANSWERS {
                return Err(all.fault(ErrorKind::TooLong));
            }
        }
        let mut fields = fields.in_field(Field::Extensions);
        let extensions = read_extensions(&mut fields)?;
        fields.finish()?;
        let nonce = match extensions.content(NONCE, Field::Nonce) {
            Some(content) => Some(read_nonce(content)?),
            None => None,
        };
        let SignedFrame { tbs: signed, algorithm, signature, .. } = frame;
        Ok(Self { signed, responder, produced_at, answers, nonce, algorithm, signature, certificates })
    }

    /// Who says to have signed it.
    #[must_use]
    pub const fn responder(&self) -> Responder<'a> {
        self.responder
    }

    /// When it was signed.
    #[must_use]
    pub const fn produced_at(&self) -> UnixTime {
        self.produced_at
    }

    /// The nonce that it repeats.
    #[must_use]
    pub const fn nonce(&self) -> Option<&'a [u8]> {
        self.nonce
    }

    /// The single answers.
    pub fn answers(&self) -> impl Iterator<Item = Answer<'a>> + use<'a> {
        let mut rest = self.answers;
        core::iter::from_fn(move || if rest.is_empty() { None } else { Answer::read(&mut rest).ok() })
    }

    /// The certificates that it brings along; those that cannot be read are passed over.
    pub fn certificates(&self) -> impl Iterator<Item = Certificate<'a>> + use<'a> {
        let mut rest = self.certificates;
        core::iter::from_fn(move || rest.as_mut()?.next().ok()?)
            .filter_map(|element| Certificate::parse(element.raw()).ok())
    }
}

impl fmt::Debug for Response<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("responder", &self.responder)
            .field("produced_at", &self.produced_at)
            .field("answers", &self.answers().count())
            .finish_non_exhaustive()
    }
}

impl<'a> Answer<'a> {
    fn read(list: &mut Der<'a>) -> Result<Self, Error> {
        let mut fields = list.enter(SEQUENCE)?;
        let id = CertificateId::read(&mut fields)?;
        let state = read_state(&mut fields)?;
        let this_update = fields.generalized_time()?;
        let next_update = match fields.optional(Tag(0xA0))? {
            Some(element) => {
                let mut tagged = fields.inside(element)?;
                let time = tagged.generalized_time()?;
                tagged.finish()?;
                Some(time)
            }
            None => None,
        };
        read_extensions(&mut fields)?;
        fields.finish()?;
        Ok(Self { id, state, this_update, next_update })
    }
}

fn read_state(fields: &mut Der<'_>) -> Result<CertificateState, Error> {
    let before = *fields;
    let undefined = before.fault(ErrorKind::Undefined);
    let element = fields.next()?.ok_or(undefined)?;
    match (element.tag(), element.value()) {
        (Tag(0x80), []) => Ok(CertificateState::Good),
        (Tag(0x82), []) => Ok(CertificateState::Unknown),
        (Tag(0xA1), _) => {
            let mut inside = fields.inside(element)?;
            let when = inside.generalized_time()?;
            let reason = match inside.optional(Tag(0xA0))? {
                Some(element) => {
                    let mut tagged = inside.inside(element)?;
                    let code = tagged.enumerated()?;
                    tagged.finish()?;
                    Reason::from_code(code).ok_or(undefined)?
                }
                None => Reason::Unspecified,
            };
            inside.finish()?;
            Ok(CertificateState::Revoked(Revocation { reason, when, invalid_since: None }))
        }
        _ => Err(undefined),
    }
}

fn read_responder<'a>(fields: &mut Der<'a>) -> Result<Responder<'a>, Error> {
    if let Some(element) = fields.optional(Tag(0xA1))? {
        let mut inside = fields.inside(element)?;
        let name = Name::read(&mut inside)?;
        inside.finish()?;
        return Ok(Responder::Name(name));
    }
    let mut inside = fields.enter(Tag(0xA2))?;
    let hash = inside.read(OCTET_STRING)?.value();
    inside.finish()?;
    Ok(Responder::KeyHash(hash))
}

/// `[1] EXPLICIT Extensions OPTIONAL`; the nonce is the only one that may be critical.
fn read_extensions<'a>(fields: &mut Der<'a>) -> Result<Extensions<'a>, Error> {
    let Some(element) = fields.optional(Tag(0xA1))? else {
        return Ok(Extensions::none(Object::Ocsp));
    };
    let extensions = Extensions::read(fields, element)?;
    if extensions.iter().any(|extension| extension.critical && extension.id != NONCE) {
        return Err(fields.fault(ErrorKind::UnknownCritical));
    }
    Ok(extensions)
}
