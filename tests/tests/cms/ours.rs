//! Messages signed with the card: openssl reads them, and so do we, at any size.

use std::io::{Cursor, Read};
use std::path::Path;

use mynumber::cms::{Error, Options, sign_attached, sign_detached, sign_streamed};
use mynumber::crypto::cms::{Reader, oid};
use mynumber::crypto::digest::{Hash, sha256};
use mynumber::driver::{Card, ErrorKind};
use mynumber::issuance::person::Secrets;
use mynumber::transport::InProcess;
use mynumber::{Slot, driver};
use testkit::client::Client;
use testkit::cms::{NOW, validator};
use testkit::issued;

fn card() -> Card<InProcess<Slot>> {
    Card::new(InProcess::new(Slot::new(issued::card("taro"))))
}

fn secrets() -> Secrets {
    Secrets::documented().expect("well formed")
}

fn options() -> Options<'static> {
    Options { signing_time: Some(NOW), mime_type: Some("application/octet-stream"), ..Options::default() }
}

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|index| index.to_le_bytes()[0].wrapping_mul(167)).collect()
}

/// openssl takes the message to be of this content under the test authority.
fn openssl_reads(folder: &Path, message: &[u8], content: &[u8], detached: bool) {
    let path = |name: &str| folder.join(name);
    std::fs::write(path("message"), message).expect("written");
    std::fs::write(path("content"), content).expect("written");
    if !path("ca.pem").exists() {
        std::fs::write(path("ca.der"), issued::authority().signature_ca()).expect("written");
        let _ = Client::new("openssl", "openssl")
            .args("x509 -inform DER -in")
            .arg(path("ca.der"))
            .arg("-out")
            .arg(path("ca.pem"))
            .run()
            .success();
    }
    let mut verify = Client::new("openssl", "openssl")
        .args("cms -verify -binary -inform DER -attime")
        .arg(NOW.seconds().to_string())
        .args("-cades -purpose any -CAfile")
        .arg(path("ca.pem"))
        .arg("-in")
        .arg(path("message"))
        .arg("-out")
        .arg(path("out"));
    if detached {
        verify = verify.arg("-content").arg(path("content"));
    }
    let _ = verify.run().success();
    assert!(std::fs::read(path("out")).expect("written") == content, "openssl reads another content");
}

fn we_read(message: &[u8], content: &[u8], detached: bool) {
    let mut passed = Vec::new();
    let mut reader = Reader::new();
    for piece in message.chunks(60_000) {
        reader.feed_to(piece, |octets| passed.extend_from_slice(octets)).expect("ours");
    }
    let mut message = reader.finish().expect("ours");
    assert_eq!(message.is_detached(), detached);
    if detached {
        message.content(content).expect("detached");
    } else {
        assert!(passed == content);
    }
    let verdict = message.verify(&validator(), &[], NOW).expect("a verdict");
    let signed = verdict.all().expect("it holds")[0];
    assert!(signed.is_bound_to_certificate());
    assert_eq!(signed.signing_time_claim(), Some(NOW));
    assert_eq!(signed.content_type(), oid::DATA);
    assert_eq!(usize::try_from(signed.content_length()), Ok(content.len()));
    assert!(signed.unknown_attributes().is_empty());
}

#[test]
fn openssl_and_we_read_what_the_card_signed_at_any_size() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut card, password) = (card(), secrets().signature);
    for length in [0, 1, 65_535, 65_536, 65_537, 5_000_000] {
        let content = content(length);
        let detached = sign_detached(&mut card, &password, &content[..], &options()).expect("signed");
        we_read(&detached, &content, true);
        openssl_reads(folder.path(), &detached, &content, true);

        let mut attached = Vec::new();
        sign_attached(&mut card, &password, Cursor::new(&content), &mut attached, &options())
            .expect("signed");
        we_read(&attached, &content, false);
        openssl_reads(folder.path(), &attached, &content, false);

        let mut streamed = Vec::new();
        sign_streamed(&mut card, &password, &content[..], &mut streamed, &options()).expect("signed");
        we_read(&streamed, &content, false);
        openssl_reads(folder.path(), &streamed, &content, false);
    }
}

#[test]
fn the_card_signs_with_the_longer_hash_functions_too_and_brings_its_authority_along() {
    let folder = tempfile::tempdir().expect("a folder");
    for hash in [Hash::Sha384, Hash::Sha512] {
        let options = Options { hash, with_authority: true, ..options() };
        let message = sign_detached(&mut card(), &secrets().signature, &b"x"[..], &options).expect("signed");
        we_read(&message, b"x", true);
        assert_eq!(Reader::read(&message).expect("ours").certificates().count(), 2);
        openssl_reads(folder.path(), &message, b"x", true);
    }
}

#[test]
fn the_card_is_asked_for_nothing_but_one_signature() {
    let slot = Slot::new(issued::card("taro"));
    let mut counted = mynumber::transport::Counted::new(InProcess::new(slot));
    let password = secrets().signature;
    let mut card = Card::new(&mut counted);
    let _ = sign_detached(&mut card, &password, &b"x"[..], &options()).expect("signed");
    drop(card);
    // Application, tries left, PIN, certificate, signature, log-out.
    assert_eq!(counted.counts().exchanges, 6);
}

#[test]
fn wrong_passwords_and_broken_content_give_no_message() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("broken"))
        }
    }
    let mut card = card();
    let error = sign_detached(&mut card, &secrets().signature, Broken, &options()).expect_err("broken");
    assert!(matches!(error, Error::Content(_)));
    let wrong = mynumber::applet::pin::SignaturePassword::parse("WRONG1").expect("well formed");
    let error = sign_detached(&mut card, &wrong, &b"x"[..], &options()).expect_err("wrong");
    let Error::Card(error) = error else { panic!("{error}") };
    assert!(matches!(error.kind(), ErrorKind::WrongPin { .. }), "{error}");
    let bad = Options { mime_type: Some("no type"), ..options() };
    let error = sign_detached(&mut card, &secrets().signature, &b"x"[..], &bad).expect_err("no type");
    assert!(matches!(error, Error::Build(_)), "{error}");
    let _: driver::Error = {
        let mut output: &mut [u8] = &mut [0; 8];
        let error = sign_streamed(&mut card, &wrong, &b"x"[..], &mut output, &options()).expect_err("full");
        assert!(matches!(error, Error::Output(_)), "{error}");
        card.sign::<mynumber::applet::pin::reference::Signature>(
            &wrong,
            &driver::Input::sha256(&sha256(&[b"x"])),
            &mynumber::OwnCertificate,
        )
        .expect_err("wrong")
    };
}

#[test]
fn content_that_changes_between_its_two_readings_gives_no_message() {
    struct Changing(Cursor<Vec<u8>>);
    impl Read for Changing {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.0.read(buffer)
        }
    }
    impl std::io::Seek for Changing {
        fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
            if matches!(to, std::io::SeekFrom::Start(_)) {
                self.0.get_mut()[0] ^= 1;
            }
            self.0.seek(to)
        }
    }
    let content = Changing(Cursor::new(content(100)));
    let outcome = sign_attached(&mut card(), &secrets().signature, content, Vec::new(), &options());
    assert!(matches!(outcome, Err(Error::ContentChanged)), "{outcome:?}");
}

/// Content that is made while it is read.
struct Endless(u64);

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = usize::try_from(self.0).unwrap_or(usize::MAX).min(buffer.len());
        buffer[..count].fill(0x5A);
        self.0 -= u64::try_from(count).expect("small");
        Ok(count)
    }
}

/// Reads a message as it is written, and looks at what the reader keeps.
struct Reading {
    reader: Reader,
    most: usize,
    length: u64,
}

impl std::io::Write for Reading {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.reader.feed(bytes).map_err(std::io::Error::other)?;
        self.most = self.most.max(self.reader.kept());
        self.length += u64::try_from(bytes.len()).expect("small");
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn sixty_four_megabytes_are_signed_and_verified_in_a_few_kilobytes() {
    let size = 64 << 20;
    let mut reading = Reading { reader: Reader::new(), most: 0, length: 0 };
    sign_streamed(&mut card(), &secrets().signature, Endless(size), &mut reading, &options())
        .expect("signed");
    assert!(reading.length > size);
    assert!(reading.most < 4096, "{} bytes were kept", reading.most);
    let message = reading.reader.finish().expect("ours");
    let verdict = message.verify(&validator(), &[], NOW).expect("a verdict");
    assert_eq!(verdict.all().expect("it holds")[0].content_length(), size);
}
