//! Both sides of a log-in, on the virtual card.

use super::{AnswerError, answer, answer_unlocked};
use crate::testing::{self, ISSUED};
use mynumber_applet::pin::reference;
use mynumber_crypto::anchor::Anchor;
use mynumber_crypto::certificate::{Certificate, Purpose};
use mynumber_crypto::digest::{Hash, sha256};
use mynumber_crypto::key::VerifyError;
use mynumber_crypto::login::{
    Answer, Audience, Challenge, ChallengeError, IssueError, Life, LoggedIn, MemoryStore, Refusal,
    ReplayStore, Service, StoreError, Ticket,
};
use mynumber_crypto::path::{self, Profile, Validator};
use mynumber_crypto::revocation::{Freshness, Given, Offer, Query, Reason, Source, SourceError, Status, Why};
use mynumber_crypto::signer::{self, Revocation, Verifier};
use mynumber_crypto::{Scheme, UnixTime, anchor};
use mynumber_driver::{Card, Input};
use mynumber_transport::Counted;
use std::sync::Mutex;
use std::time::Duration;

const NOW: UnixTime = UnixTime::from_seconds(ISSUED.seconds() + 3600);
const PKCS1: Scheme = Scheme::Pkcs1v15(Hash::Sha256);
const PSS: Scheme = Scheme::Pss(Hash::Sha256);

fn later(seconds: i64) -> UnixTime {
    UnixTime::from_seconds(NOW.seconds() + seconds)
}

fn here() -> Audience {
    Audience::parse("https://service.example").unwrap()
}

/// The authorities of the test cards, both kinds.
fn anchors() -> [Anchor<'static>; 2] {
    let authority = testing::authority();
    [authority.signature_ca(), authority.user_authentication_ca()]
        .map(|der| Anchor::from_certificate(&Certificate::parse(der).unwrap()).unwrap())
}

fn verifier<'a>(anchors: &'a [Anchor<'a>]) -> Verifier<'a> {
    let profile = Profile::jpki(Purpose::UserAuthentication);
    Verifier::new(Validator::new(anchors, profile), Revocation::NotChecked)
}

/// What a client sends, owned.
#[derive(Clone)]
struct Sent {
    challenge: String,
    certificate: Vec<u8>,
    scheme: Scheme,
    signature: Vec<u8>,
}

impl Sent {
    fn of(answer: &Answer<'_>) -> Self {
        Self {
            challenge: answer.challenge.to_owned(),
            certificate: answer.certificate.to_vec(),
            scheme: answer.scheme,
            signature: answer.signature.to_vec(),
        }
    }

    fn as_answer(&self) -> Answer<'_> {
        Answer {
            challenge: &self.challenge,
            certificate: &self.certificate,
            scheme: self.scheme,
            signature: &self.signature,
        }
    }
}

fn sent(challenge: &Challenge) -> Sent {
    let mut card = Card::new(testing::card("taro"));
    let pin = testing::secrets().user_authentication;
    Sent::of(&answer(&mut card, &pin, challenge, challenge.audience()).unwrap().as_answer())
}

/// A log-in whose answer is changed on its way.
fn with(change: impl FnOnce(&mut Sent)) -> Result<LoggedIn, Refusal> {
    let anchors = anchors();
    let service = Service::new(here(), verifier(&anchors));
    let mut store = MemoryStore::new(1);
    let challenge = service.issue([1; 32], NOW, Life::DEFAULT, &mut store).unwrap();
    let mut sent = sent(&challenge);
    change(&mut sent);
    service.check(&sent.as_answer(), NOW, &mut store)
}

fn serial() -> Vec<u8> {
    let der = Card::new(testing::card("taro")).user_authentication_certificate().unwrap();
    Certificate::parse(der.content()).unwrap().serial().to_vec()
}

#[test]
fn the_card_answers_in_either_scheme_and_its_holder_is_logged_in() {
    let anchors = anchors();
    let service = Service::new(here(), verifier(&anchors));
    let mut store = MemoryStore::new(8);
    for scheme in [PKCS1, PSS] {
        let challenge = service.issue([7; 32], NOW, Life::DEFAULT, &mut store).unwrap();
        let received = Challenge::parse(&challenge.to_string()).unwrap();
        let mut card = Card::new(testing::card("taro"));
        let pin = testing::secrets().user_authentication;
        let mut unlocked = card.unlock::<reference::UserAuthentication>(&pin).unwrap();
        let answered = answer_unlocked(&mut unlocked, scheme, &received, &here()).unwrap();
        unlocked.close().unwrap();
        assert_eq!(answered.as_answer().scheme, scheme);
        let logged_in = service.check(&answered.as_answer(), later(30), &mut store).unwrap();
        assert_eq!(logged_in.serial(), serial());
        assert_eq!(logged_in.audience(), &here());
        assert_eq!(logged_in.signer().at(), later(30));
        assert_eq!(logged_in.signer().hierarchy(), anchor::Hierarchy::Caller);
        assert_eq!(logged_in.signer().purpose(), Some(Purpose::UserAuthentication));
        assert_eq!(logged_in.signer().revocation(), None);
        let ca = Certificate::parse(testing::authority().user_authentication_ca()).unwrap();
        let key_id = ca.extensions().subject_key_identifier().unwrap().unwrap();
        assert_eq!(logged_in.account().issuer_key_id(), key_id);
        let text = format!("{logged_in:?} {answered:?}");
        let hex: String = serial().iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(!text.contains(&hex) && !text.contains(&format!("{:?}", serial())), "{text}");
        assert!(logged_in.account().to_string().ends_with(&format!(":{hex}")));
    }
}

#[test]
fn an_answer_logs_in_once() {
    let anchors = anchors();
    let service = Service::new(here(), verifier(&anchors));
    let mut store = MemoryStore::new(8);
    let challenge = service.issue([1; 32], NOW, Life::DEFAULT, &mut store).unwrap();
    let sent = sent(&challenge);
    assert!(service.check(&sent.as_answer(), NOW, &mut store).is_ok());
    assert_eq!(service.check(&sent.as_answer(), NOW, &mut store), Err(Refusal::NotOpen));
    assert!(Refusal::NotOpen.may_try_again());
}

#[test]
fn of_many_answers_at_once_one_logs_in() {
    let anchors = anchors();
    let service = Service::new(here(), verifier(&anchors));
    let store = Mutex::new(MemoryStore::new(8));
    let challenge = service.issue([1; 32], NOW, Life::DEFAULT, &mut *store.lock().unwrap()).unwrap();
    let sent = sent(&challenge);
    /// Locked for each question, not for the whole check.
    struct Shared<'m>(&'m Mutex<MemoryStore>);
    impl ReplayStore for Shared<'_> {
        fn put(&mut self, ticket: Ticket, now: UnixTime) -> Result<(), StoreError> {
            self.0.lock().unwrap().put(ticket, now)
        }
        fn take(&mut self, ticket: &Ticket) -> Result<bool, StoreError> {
            self.0.lock().unwrap().take(ticket)
        }
    }
    let check = || service.check(&sent.as_answer(), NOW, &mut Shared(&store)).is_ok();
    let logged_in = std::thread::scope(|scope| {
        let checks: Vec<_> = (0..8).map(|_| scope.spawn(check)).collect();
        checks.into_iter().map(|check| check.join().unwrap()).filter(|ok| *ok).count()
    });
    assert_eq!(logged_in, 1);
}

#[test]
fn a_challenge_is_used_up_by_a_failed_answer_too() {
    let anchors = anchors();
    let service = Service::new(here(), verifier(&anchors));
    let mut store = MemoryStore::new(8);
    let challenge = service.issue([1; 32], NOW, Life::DEFAULT, &mut store).unwrap();
    let good = sent(&challenge);
    let mut bad = good.clone();
    bad.signature[0] ^= 1;
    assert!(service.check(&bad.as_answer(), NOW, &mut store).is_err());
    assert_eq!(service.check(&good.as_answer(), NOW, &mut store), Err(Refusal::NotOpen));
}

#[test]
fn a_challenge_that_was_not_issued_or_was_changed_logs_nobody_in() {
    let anchors = anchors();
    let service = Service::new(here(), verifier(&anchors));
    let mut store = MemoryStore::new(8);
    service.issue([1; 32], NOW, Life::DEFAULT, &mut store).unwrap();
    // The client made it itself; gave the one of the service a longer life; or took one of another service's store.
    for (nonce, issued, life) in [([2; 32], NOW, 120), ([1; 32], NOW, 3600), ([1; 32], later(1), 120)] {
        let life = Life::from_seconds(life).unwrap();
        let own = Challenge::new(&here(), nonce, issued, life).unwrap();
        assert_eq!(service.check(&sent(&own).as_answer(), later(2), &mut store), Err(Refusal::NotOpen));
    }
    assert_eq!(store.len(), 1, "the real one is still open");
}

#[test]
fn an_answer_to_another_service_logs_nobody_in() {
    let anchors = anchors();
    let service = Service::new(here(), verifier(&anchors));
    let other = Audience::parse("https://service.example.org").unwrap();
    // Even when both services share one store.
    let mut store = MemoryStore::new(8);
    let theirs = Service::new(other, verifier(&anchors));
    let challenge = theirs.issue([1; 32], NOW, Life::DEFAULT, &mut store).unwrap();
    let sent = sent(&challenge);
    assert_eq!(service.check(&sent.as_answer(), NOW, &mut store), Err(Refusal::OtherAudience));
    assert!(theirs.check(&sent.as_answer(), NOW, &mut store).is_ok(), "it was not used up");
}

#[test]
fn the_client_signs_for_the_service_that_its_user_means_and_sends_the_card_nothing_otherwise() {
    let challenge = Challenge::new(&here(), [1; 32], NOW, Life::DEFAULT).unwrap();
    let mut card = Card::new(Counted::new(testing::card("taro")));
    let pin = testing::secrets().user_authentication;
    for name in ["https://service.example.", "https://Service.example", "http://service.example"] {
        let meant = Audience::parse(name).unwrap();
        let error = answer(&mut card, &pin, &challenge, &meant).unwrap_err();
        assert!(
            matches!(&error, AnswerError::OtherAudience { expected, found } if *expected == meant && *found == here())
        );
    }
    assert_eq!(card.transport().counts().exchanges, 0);
    let mut unlocked = card.unlock::<reference::UserAuthentication>(&pin).unwrap();
    let sha512 = Scheme::Pkcs1v15(Hash::Sha512);
    let error = answer_unlocked(&mut unlocked, sha512, &challenge, &here()).unwrap_err();
    assert!(matches!(error, AnswerError::Scheme));
    let other = Audience::parse("x").unwrap();
    let error = answer_unlocked(&mut unlocked, PSS, &challenge, &other).unwrap_err();
    assert!(matches!(error, AnswerError::OtherAudience { .. }));
}

#[test]
fn a_challenge_lives_from_its_first_to_its_last_second_with_the_allowance_at_both_ends() {
    let anchors = anchors();
    for allowance in [0, 5] {
        let skew = Duration::from_secs(u64::try_from(allowance).unwrap());
        let service = Service::new(here(), verifier(&anchors)).with_clock_skew(skew);
        let life = Life::from_seconds(60).unwrap();
        let challenge = Challenge::new(&here(), [1; 32], NOW, life).unwrap();
        let sent = sent(&challenge);
        let check = |at: i64| {
            let mut store = MemoryStore::new(1);
            service.issue([1; 32], NOW, life, &mut store).unwrap();
            service.check(&sent.as_answer(), later(at), &mut store)
        };
        assert!(check(-allowance).is_ok() && check(0).is_ok() && check(60 + allowance).is_ok());
        let early = later(-allowance - 1);
        assert_eq!(check(-allowance - 1), Err(Refusal::TooEarly { issued: NOW, now: early }));
        let late = later(61 + allowance);
        assert_eq!(check(61 + allowance), Err(Refusal::TooLate { expires: later(60), now: late }));
    }
    // The store remembers as long as the allowance lasts, and the allowance has an end.
    let service = Service::new(here(), verifier(&anchors)).with_clock_skew(Duration::MAX);
    let mut store = MemoryStore::new(1);
    let challenge = service.issue([1; 32], NOW, Life::DEFAULT, &mut store).unwrap();
    let sent = sent(&challenge);
    assert!(matches!(service.check(&sent.as_answer(), later(421), &mut store), Err(Refusal::TooLate { .. })));
    assert_eq!(
        service.issue([2; 32], later(420), Life::DEFAULT, &mut store),
        Err(IssueError::Store(StoreError::Full))
    );
    assert!(service.check(&sent.as_answer(), later(420), &mut store).is_ok());
}

#[test]
fn e10_a_signature_certificate_logs_nobody_in() {
    // Signed by the signature key over the very challenge, and the certificate leads to an anchor.
    let refused = with(|sent| {
        let challenge = Challenge::parse(&sent.challenge).unwrap();
        let mut card = Card::new(testing::card("taro"));
        let password = testing::secrets().signature;
        let input = Input::sha256(&challenge.digest());
        let signed = card.sign::<reference::Signature>(&password, &input, &crate::OwnCertificate).unwrap();
        sent.certificate = signed.certificate().to_vec();
        sent.signature = signed.value().to_vec();
    });
    let Err(Refusal::Signer(signer::Error::Path(error))) = refused else { panic!("{refused:?}") };
    assert_eq!(error.kind(), path::ErrorKind::KeyUsage);
    assert!(!refused.unwrap_err().may_try_again());
}

#[test]
fn a_service_whose_verifier_is_for_signatures_logs_nobody_in() {
    let anchors = anchors();
    let validator = Validator::new(&anchors, Profile::jpki(Purpose::Signature));
    for validator in [validator, Validator::new(&anchors, Profile::general())] {
        let service = Service::new(here(), Verifier::new(validator, Revocation::NotChecked));
        let mut store = MemoryStore::new(1);
        let challenge = service.issue([1; 32], NOW, Life::DEFAULT, &mut store).unwrap();
        assert_eq!(service.check(&sent(&challenge).as_answer(), NOW, &mut store), Err(Refusal::Purpose));
    }
}

#[test]
fn a_certificate_of_an_unknown_issuer_logs_nobody_in() {
    for anchors in [&[][..], anchor::production(), anchor::jlis_test()] {
        let service = Service::new(here(), verifier(anchors));
        let mut store = MemoryStore::new(1);
        let challenge = service.issue([1; 32], NOW, Life::DEFAULT, &mut store).unwrap();
        let refused = service.check(&sent(&challenge).as_answer(), NOW, &mut store).unwrap_err();
        let Refusal::Signer(signer::Error::Path(error)) = refused else { panic!("{refused}") };
        assert_eq!(error.kind(), path::ErrorKind::UnknownIssuer);
    }
}

#[test]
fn e5_an_expired_certificate_logs_nobody_in() {
    let anchors = anchors();
    let service = Service::new(here(), verifier(&anchors));
    let not_after = with(|_| ()).unwrap().signer().not_after();
    for (beyond, expected) in [(0, true), (1, false)] {
        let now = UnixTime::from_seconds(not_after.seconds() + beyond);
        let mut store = MemoryStore::new(1);
        let challenge = service.issue([1; 32], now, Life::DEFAULT, &mut store).unwrap();
        let outcome = service.check(&sent(&challenge).as_answer(), now, &mut store);
        assert_eq!(outcome.is_ok(), expected, "{outcome:?}");
    }
}

#[test]
fn a_signature_over_anything_but_the_challenge_logs_nobody_in() {
    let mismatch = || Err(Refusal::Signer(signer::Error::Signature(VerifyError::Mismatch)));
    let over = |what: &[u8]| {
        let input = Input::sha256(&sha256(&[what]));
        let pin = testing::secrets().user_authentication;
        let mut card = Card::new(testing::card("taro"));
        let signed =
            card.sign::<reference::UserAuthentication>(&pin, &input, &crate::OwnCertificate).unwrap();
        with(|sent| sent.signature = signed.value().to_vec())
    };
    assert_eq!(over(b"I agree."), mismatch());
    assert_eq!(over(&[1; 32]), mismatch());
    let other = Challenge::new(&here(), [2; 32], NOW, Life::DEFAULT).unwrap();
    assert_eq!(over(other.statement().as_bytes()), mismatch());
    assert_eq!(with(|sent| sent.signature[255] ^= 1), mismatch());
    assert_eq!(with(|sent| sent.scheme = PSS), mismatch());
    let short = VerifyError::WrongLength { expected: 256, found: 255 };
    assert_eq!(
        with(|sent| sent.signature.truncate(255)),
        Err(Refusal::Signer(signer::Error::Signature(short)))
    );
    // Somebody else's certificate with the same issuer.
    let der = Card::new(testing::card("hanako")).user_authentication_certificate().unwrap();
    assert_eq!(with(|sent| sent.certificate = der.content().to_vec()), mismatch());
    assert!(with(|_| ()).is_ok());
}

#[test]
fn what_is_malformed_logs_nobody_in() {
    for scheme in [Scheme::Pkcs1v15Raw, Scheme::Pkcs1v15(Hash::Sha512), Scheme::Ecdsa(Hash::Sha256)] {
        assert_eq!(with(|sent| sent.scheme = scheme), Err(Refusal::Scheme));
    }
    let p384 = with(|sent| sent.scheme = Scheme::Ecdsa(Hash::Sha384));
    assert_eq!(p384, Err(Refusal::Signer(signer::Error::Signature(VerifyError::Unsupported))));
    assert_eq!(with(|sent| sent.challenge.push('\n')), Err(Refusal::Challenge(ChallengeError::Time)));
    let certificate = |refused| matches!(refused, Err(Refusal::Signer(signer::Error::Certificate(_))));
    assert!(certificate(with(|sent| sent.certificate.clear())));
    assert!(certificate(with(|sent| sent.certificate.push(0))));
    assert!(certificate(with(|sent| sent.certificate.truncate(1000))));
}

/// A source of revocation data that has nothing, or fails.
struct Nothing(Result<(), SourceError>);

impl Source for Nothing {
    fn offer(&self, _: &Query<'_>, _: &mut dyn FnMut(Offer<'_>)) -> Result<(), SourceError> {
        self.0
    }
}

#[test]
fn a_state_that_is_not_known_logs_nobody_in_where_it_is_required() {
    let anchors = anchors();
    let validator = Validator::new(&anchors, Profile::jpki(Purpose::UserAuthentication));
    for (answer, why) in [(Ok(()), Why::NothingOffered), (Err(SourceError), Why::SourceFailed)] {
        let source = Nothing(answer);
        let required = Revocation::Required { source: &source, freshness: Freshness::default() };
        let service = Service::new(here(), Verifier::new(validator, required));
        let mut store = MemoryStore::new(1);
        let challenge = service.issue([1; 32], NOW, Life::DEFAULT, &mut store).unwrap();
        let refused = service.check(&sent(&challenge).as_answer(), NOW, &mut store).unwrap_err();
        assert_eq!(refused, Refusal::Signer(signer::Error::RevocationUnknown(why)));
        assert!(refused.may_try_again());
    }
}

#[test]
fn a_revoked_certificate_logs_nobody_in_and_one_that_is_not_listed_does() {
    let anchors = anchors();
    let validator = Validator::new(&anchors, Profile::jpki(Purpose::UserAuthentication));
    let log_in = |listed: &[(&str, Reason)], now: UnixTime| {
        let source = Given::new().with_crl(testing::crl(Purpose::UserAuthentication, listed));
        let required = Revocation::Required { source: &source, freshness: Freshness::default() };
        let service = Service::new(here(), Verifier::new(validator, required));
        let mut store = MemoryStore::new(1);
        let challenge = service.issue([1; 32], now, Life::DEFAULT, &mut store).unwrap();
        service.check(&sent(&challenge).as_answer(), now, &mut store)
    };
    let good = log_in(&[("hanako", Reason::KeyCompromise)], NOW).unwrap();
    assert_eq!(good.signer().revocation().map(|report| report.status), Some(Status::Good));
    let refused = log_in(&[("taro", Reason::CertificateHold)], NOW).unwrap_err();
    let Refusal::Signer(signer::Error::Revoked(revocation)) = refused else { panic!("{refused}") };
    assert_eq!((revocation.reason, revocation.when), (Reason::CertificateHold, ISSUED));
    assert!(!refused.may_try_again());
    // One that is outdated says nothing.
    let refused = log_in(&[], UnixTime::from_seconds(ISSUED.seconds() + 86_401)).unwrap_err();
    assert!(matches!(refused, Refusal::Signer(signer::Error::RevocationUnknown(Why::Outdated { .. }))));
}

/// A store that cannot be asked.
struct Broken;

impl ReplayStore for Broken {
    fn put(&mut self, _: Ticket, _: UnixTime) -> Result<(), StoreError> {
        Err(StoreError::Unavailable)
    }
    fn take(&mut self, _: &Ticket) -> Result<bool, StoreError> {
        Err(StoreError::Unavailable)
    }
}

#[test]
fn a_store_that_does_not_answer_logs_nobody_in() {
    let anchors = anchors();
    let service = Service::new(here(), verifier(&anchors));
    let issued = service.issue([1; 32], NOW, Life::DEFAULT, &mut Broken);
    assert_eq!(issued, Err(IssueError::Store(StoreError::Unavailable)));
    let challenge = Challenge::new(&here(), [1; 32], NOW, Life::DEFAULT).unwrap();
    let refused = service.check(&sent(&challenge).as_answer(), NOW, &mut Broken);
    assert_eq!(refused, Err(Refusal::Store(StoreError::Unavailable)));
}
