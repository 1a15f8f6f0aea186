//! A card as programs see it that know neither desk nor store: the driver, and our verifier with the municipality's CRLs.

use mynumber::applet::PinId;
use mynumber::applet::pin::reference;
use mynumber::crypto::anchor::Anchor;
use mynumber::crypto::certificate::{Certificate, Purpose};
use mynumber::crypto::digest::{Hash, sha256};
use mynumber::crypto::path::{ErrorKind, Profile, Validator};
use mynumber::crypto::revocation::{Freshness, Given};
use mynumber::crypto::signer::{Claim, Error, Revocation, Verifier};
use mynumber::crypto::{Scheme, UnixTime};
use mynumber::driver::{Card as Driven, Input, Signature, Tries};
use mynumber::issuance::desk::crl;
use mynumber::issuance::pki::Edition;
use mynumber::transport::InProcess;
use mynumber::{OwnCertificate, testing};

use crate::town::{Card, LAST, Town, Worth, day, four, password};

const MESSAGE: &[u8] = b"what a resident signs";

/// The CRLs of the last day, made of what the store says is revoked.
pub(crate) struct Lists {
    signature: Given,
    user_authentication: Given,
}

impl Lists {
    pub(crate) fn of(town: &mut Town) -> Self {
        let municipality = town.cards[&1].person.municipality.clone();
        let next_update = UnixTime::from_seconds(day(LAST).seconds() + 86_400);
        let edition = Edition { number: 1, this_update: day(LAST), next_update };
        let [signature, user_authentication] =
            [Purpose::Signature, Purpose::UserAuthentication].map(|purpose| {
                let list = crl(&mut town.store, testing::authority(), purpose, Some(&municipality), &edition);
                Given::new().with_crl(list.unwrap())
            });
        Self { signature, user_authentication }
    }

    /// Tries, contents, certificates and signatures: all as the life of the card says.
    pub(crate) fn look_at(&self, card: &Card) {
        let mut driven = Driven::new(InProcess::new(card.copy()));
        for counter in driven.counters().unwrap() {
            let usual = match counter.pin {
                PinId::Signature if card.password.is_none() => Tries::Blocked,
                PinId::UserAuthentication | PinId::Juki | PinId::Common | PinId::InputAssist
                    if card.four.is_none() =>
                {
                    Tries::Blocked
                }
                PinId::Signature => Tries::Left(5),
                PinId::UserAuthentication | PinId::Juki | PinId::Common | PinId::InputAssist => {
                    Tries::Left(3)
                }
                _ => continue,
            };
            assert_eq!(counter.tries, usual, "{:?}: {:?}", card.kind, counter.pin);
        }
        let Some([user_authentication, _, input_assist]) = &card.four else {
            // Without PINs nothing is signed.
            assert_eq!(card.signature, Worth::Nothing, "{:?}", card.kind);
            return;
        };
        let read = driven.attributes(&four(input_assist)).unwrap();
        let attributes = read.view().unwrap();
        let person = &card.person;
        assert_eq!(
            (attributes.name(), attributes.address()),
            (&*person.name, &*person.address),
            "{:?}",
            card.kind
        );
        let printed = (Some(person.birth_date), Some(person.sex));
        assert_eq!((attributes.birth_date(), attributes.sex()), printed);
        let digest = sha256(&[MESSAGE]);
        let pin = four(user_authentication);
        let input = Input::sha256(&digest);
        let signed = driven.sign::<reference::UserAuthentication>(&pin, &input, &OwnCertificate).unwrap();
        self.judge(card, Purpose::UserAuthentication, &signed, card.user_authentication);
        if let Some(text) = &card.password {
            let signed =
                driven.sign::<reference::Signature>(&password(text), &input, &OwnCertificate).unwrap();
            self.judge(card, Purpose::Signature, &signed, card.signature);
            let address = person.address.as_bytes();
            let certificate = signed.certificate();
            assert!(certificate.windows(address.len()).any(|part| part == address), "{:?}", card.kind);
        }
    }

    /// What somebody says who trusts the authority, at the end of the last day.
    fn judge(&self, card: &Card, purpose: Purpose, signed: &Signature, worth: Worth) {
        let (ca, source) = match purpose {
            Purpose::Signature => (testing::authority().signature_ca(), &self.signature),
            _ => (testing::authority().user_authentication_ca(), &self.user_authentication),
        };
        let anchors = [Anchor::from_certificate(&Certificate::parse(ca).unwrap()).unwrap()];
        let validator = Validator::new(&anchors, Profile::jpki(purpose));
        let revocation = Revocation::Required { source, freshness: Freshness::default() };
        let claim = Claim {
            certificate: signed.certificate(),
            scheme: Scheme::Pkcs1v15(Hash::Sha256),
            signature: signed.value(),
        };
        let at = UnixTime::from_seconds(day(LAST).seconds() + 3600);
        let verdict = Verifier::new(validator, revocation).verify(&claim, MESSAGE, at);
        match (worth, verdict) {
            (Worth::InForce, Ok(signer)) => assert_eq!(signer.purpose(), Some(purpose)),
            (Worth::Revoked(reason), Err(Error::Revoked(revoked))) => {
                assert_eq!(revoked.reason, reason, "{:?}, {purpose:?}", card.kind);
            }
            (Worth::Expired, Err(Error::Path(error))) => {
                assert!(matches!(error.kind(), ErrorKind::Expired { .. }), "{error}");
            }
            (worth, verdict) => panic!("{:?}, {purpose:?}: {worth:?}, but {verdict:?}", card.kind),
        }
    }
}
