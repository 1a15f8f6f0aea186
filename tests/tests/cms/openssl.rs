//! Messages that openssl made, and ours with keys that no card has.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use mynumber::crypto::cms::{Builder, Reader, SignerError, armor};
use mynumber::crypto::digest::Hash;
use mynumber::crypto::path::{Profile, Validator};
use mynumber::crypto::{Anchor, Certificate, Scheme, UnixTime};
use tempfile::TempDir;
use testkit::client::{Client, Outcome};

const CONTENT: &[u8] = b"Between the parties\nit is agreed.\n";

/// A folder with an authority and certificates of this kind of key.
struct Folder(TempDir);

impl Folder {
    /// `key`: what `openssl genpkey` is told.
    fn new(key: &str) -> Self {
        let folder = Self(tempfile::tempdir().expect("a folder"));
        folder.write("content", CONTENT);
        let usage = "keyUsage=critical,digitalSignature,nonRepudiation\n";
        let keys = "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n";
        folder.write("extensions", format!("basicConstraints=CA:FALSE\n{usage}{keys}").as_bytes());
        folder.run(&format!("genpkey {key} -out @ca.key"));
        folder.run(
            "req -x509 -new -key @ca.key -out @ca.pem -days 30 -subj /O=MYNUMBER-TEST/CN=CMS \
             -addext keyUsage=critical,keyCertSign,cRLSign",
        );
        for (name, serial) in [("one", 0x1234), ("two", 0x80FF)] {
            folder.run(&format!("genpkey {key} -out @{name}.key"));
            let subject = format!("/O=MYNUMBER-TEST/CN={name}");
            folder.run(&format!("req -new -key @{name}.key -subj {subject} -out @{name}.csr"));
            folder.run(&format!(
                "x509 -req -in @{name}.csr -CA @ca.pem -CAkey @ca.key -set_serial {serial} -days 20 \
                 -extfile @extensions -out @{name}.pem"
            ));
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).expect("written");
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).expect("readable")
    }

    /// Runs openssl; `@name` is a file of the folder.
    fn attempt(&self, arguments: &str) -> Outcome {
        let words = arguments.split_whitespace();
        words
            .fold(Client::new("openssl", "openssl"), |client, word| match word.strip_prefix('@') {
                Some(name) => client.arg(self.path(name)),
                None => client.arg(word),
            })
            .run()
    }

    fn run(&self, arguments: &str) {
        let _ = self.attempt(arguments).success();
    }

    fn certificate(&self, name: &str) -> Vec<u8> {
        let file = format!("{name}.der");
        if !self.path(&file).exists() {
            self.run(&format!("x509 -in @{name}.pem -outform DER -out @{file}"));
        }
        self.read(&file)
    }

    /// What openssl makes of the content with these further options.
    fn signed(&self, options: &str) -> Vec<u8> {
        self.run(&format!(
            "cms -sign -binary -signer @one.pem -inkey @one.key -in @content -outform DER -out @message {options}"
        ));
        self.read("message")
    }

    /// How many signers hold, or what is wrong with the first who does not.
    fn judged(&self, message: &[u8], content: Option<&[u8]>) -> Result<usize, String> {
        let (authority, others) = (self.certificate("ca"), [self.certificate("one")]);
        let anchors = [Anchor::from_certificate(&Certificate::parse(&authority).expect("readable"))
            .expect("an authority")];
        let others = others.each_ref().map(|der| Certificate::parse(der).expect("readable"));
        // One byte at a time: what was read in pieces is what was read.
        let mut reader = Reader::new();
        for byte in message {
            reader.feed(&[*byte]).map_err(|error| error.to_string())?;
        }
        let mut message = reader.finish().map_err(|error| error.to_string())?;
        if let Some(content) = content {
            message.content(content).map_err(|error| error.to_string())?;
        }
        let validator = Validator::new(&anchors, Profile::general());
        let verdict = message.verify(&validator, &others, now()).map_err(|error| error.to_string())?;
        verdict.all().map(|signed| signed.len()).map_err(|report| format!("{:?}", report.result))
    }
}

fn now() -> UnixTime {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    UnixTime::from_seconds(i64::try_from(seconds).expect("before 9999"))
}

const RSA: &str = "-algorithm RSA -pkeyopt rsa_keygen_bits:2048";
const P256: &str = "-algorithm EC -pkeyopt ec_paramgen_curve:P-256";
const P384: &str = "-algorithm EC -pkeyopt ec_paramgen_curve:P-384";

/// Detached and attached, each with these options.
fn hold(folder: &Folder, options: &[&str]) {
    for options in options {
        let detached = folder.signed(options);
        assert_eq!(folder.judged(&detached, Some(CONTENT)), Ok(1), "{options}");
        assert!(folder.judged(&detached, Some(b"other")).expect_err("other").contains("ContentDigest"));
        for form in ["-nodetach", "-nodetach -stream"] {
            let attached = folder.signed(&format!("{options} {form}"));
            assert_eq!(folder.judged(&attached, None), Ok(1), "{options} {form}");
        }
    }
    let two = folder.signed("-signer @two.pem -inkey @two.key -nodetach");
    assert_eq!(folder.judged(&two, None), Ok(2));
}

#[test]
fn messages_of_openssl_with_rsa_hold_in_every_form() {
    let options = [
        "-md sha256",
        "-md sha384",
        "-md sha512",
        "-keyid",
        "-cades",
        "-nosmimecap",
        "-nocerts",
        "-certfile @ca.pem",
    ];
    hold(&Folder::new(RSA), &options);
}

#[test]
fn messages_of_openssl_with_elliptic_curves_hold_in_every_form() {
    for key in [P256, P384] {
        hold(&Folder::new(key), &["-md sha256", "-md sha384 -keyid", "-md sha512 -cades"]);
    }
}

#[test]
fn what_smime_of_openssl_signs_holds() {
    let folder = Folder::new(RSA);
    for form in ["", "-nodetach"] {
        folder.run(&format!(
            "smime -sign -binary -signer @one.pem -inkey @one.key -in @content -outform DER -out @message {form}"
        ));
        let content = if form.is_empty() { Some(CONTENT) } else { None };
        assert_eq!(folder.judged(&folder.read("message"), content), Ok(1), "{form}");
    }
}

#[test]
fn pss_holds_with_a_salt_as_long_as_the_digest_and_no_other() {
    let folder = Folder::new(RSA);
    for hash in ["sha256", "sha384", "sha512"] {
        let pss = format!("-nodetach -md {hash} -keyopt rsa_padding_mode:pss");
        let good = folder.signed(&format!("{pss} -keyopt rsa_pss_saltlen:digest"));
        assert_eq!(folder.judged(&good, None), Ok(1), "{hash}");
        let longest = folder.signed(&format!("{pss} -keyopt rsa_pss_saltlen:max"));
        assert!(folder.judged(&longest, None).expect_err("refused").contains("SignatureAlgorithm"));
        let other = folder.signed(&format!(
            "{pss} -keyopt rsa_pss_saltlen:digest -keyopt rsa_mgf1_md:{}",
            if hash == "sha256" { "sha384" } else { "sha256" }
        ));
        assert!(folder.judged(&other, None).expect_err("refused").contains("SignatureAlgorithm"));
    }
}

#[test]
fn what_openssl_takes_and_we_do_not() {
    let folder = Folder::new(RSA);
    for (options, wanted) in [
        ("-noattr", "NoSignedAttributes"),
        ("-md sha1", "DigestAlgorithm"),
        ("-md sha224", "DigestAlgorithm"),
    ] {
        let message = folder.signed(&format!("-nodetach {options}"));
        let error = folder.judged(&message, None).expect_err("refused");
        assert!(error.contains(wanted), "{options}: {error}");
    }
    folder.run("crl2pkcs7 -nocrl -certfile @one.pem -outform DER -out @certificates");
    let error = folder.judged(&folder.read("certificates"), Some(b"")).expect_err("refused");
    assert_eq!(error, "the message has no signer");
    folder.run("cms -encrypt -aes256 -in @content -outform DER -out @enveloped @one.pem");
    assert!(Reader::read(&folder.read("enveloped")).is_err());
}

#[test]
fn a_signer_under_another_authority_is_told_apart() {
    let (folder, other) = (Folder::new(P256), Folder::new(P256));
    let message = folder.signed("-nodetach -certfile @ca.pem");
    assert_eq!(folder.judged(&message, None), Ok(1));
    // E13: the same names, other keys, and the message brings the look-alike along.
    let authority = other.certificate("ca");
    let anchors =
        [Anchor::from_certificate(&Certificate::parse(&authority).expect("readable")).expect("an authority")];
    let message = Reader::read(&message).expect("readable");
    let validator = Validator::new(&anchors, Profile::general());
    let verdict = message.verify(&validator, &[], now()).expect("a verdict");
    let report = verdict.all().expect_err("not trusted");
    assert!(matches!(report.result, Err(SignerError::Path(_))), "{report:?}");
}

#[test]
fn messages_in_pem_and_in_mime_are_unwrapped_and_hold() {
    let folder = Folder::new(P256);
    for (form, wanted) in [
        ("-outform PEM -nodetach", armor::Form::Pem),
        ("-outform SMIME -nodetach", armor::Form::Pkcs7Mime),
        ("-outform SMIME", armor::Form::MultipartSigned),
        ("-outform SMIME -text", armor::Form::MultipartSigned),
        ("-outform SMIME -crlfeol", armor::Form::MultipartSigned),
    ] {
        for command in ["cms", "smime"] {
            folder.run(&format!(
                "{command} -sign -signer @one.pem -inkey @one.key -in @content -out @message {form}"
            ));
            let text = folder.read("message");
            let unwrapped = armor::unwrap(&text).unwrap_or_else(|error| panic!("{command} {form}: {error}"));
            assert_eq!(unwrapped.form, wanted, "{command} {form}");
            let outcome = folder.judged(&unwrapped.message, unwrapped.content.as_deref());
            assert_eq!(outcome, Ok(1), "{command} {form}");
        }
    }
}

#[test]
fn openssl_reads_ours_with_the_keys_of_the_next_card() {
    let elliptic = |hash| (Scheme::Ecdsa(hash), String::new());
    let pss = |hash, name: &str| {
        let options =
            format!("-pkeyopt rsa_padding_mode:pss -pkeyopt rsa_pss_saltlen:digest -pkeyopt digest:{name}");
        (Scheme::Pss(hash), options)
    };
    for (key, schemes) in [
        (P256, vec![elliptic(Hash::Sha256)]),
        (P384, vec![elliptic(Hash::Sha384), elliptic(Hash::Sha512)]),
        (RSA, vec![pss(Hash::Sha256, "sha256"), pss(Hash::Sha512, "sha512")]),
    ] {
        let folder = Folder::new(key);
        let own = folder.certificate("one");
        let certificate = Certificate::parse(&own).expect("readable");
        for (scheme, options) in schemes {
            let builder =
                Builder::new(&certificate, scheme).expect("a scheme of the key").signing_time(now());
            let prepared = builder.prepare(&builder.hash().of(&[CONTENT])).expect("a digest");
            folder.write("digest", prepared.digest());
            folder.run(&format!("pkeyutl -sign -inkey @one.key -in @digest -out @signature {options}"));
            let message = prepared.detached(&folder.read("signature")).expect("a signature of the key");
            assert_eq!(folder.judged(&message, Some(CONTENT)), Ok(1), "{scheme:?}");
            folder.write("ours", &message);
            folder.run(
                "cms -verify -binary -cades -inform DER -in @ours -content @content -CAfile @ca.pem -purpose any \
                 -out @read",
            );
            assert_eq!(folder.read("read"), CONTENT);
            let mut wrong = folder.read("signature");
            *wrong.last_mut().expect("not empty") ^= 1;
            assert!(
                prepared.detached(&wrong).is_err(),
                "a signature is checked before a message is made of it"
            );
        }
    }
}
