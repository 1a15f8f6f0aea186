//! A desk: the service, a card in its first reader, a folder for the clients' files, and the clients.

use std::path::PathBuf;
use std::time::Duration;

use mynumber::Slot;
use mynumber::applet::PinId;
use mynumber::transport::pcsc::{Cancel, Context};
use mynumber::transport::vpcd::{Plugged, plug};
use mynumber::virtual_card::Quirks;
use tempfile::TempDir;
use testkit::client::{Client, Outcome};
use testkit::issued;
use testkit::pcscd::Pcscd;

const LIMIT: Option<Duration> = Some(Duration::from_secs(30));
/// Where OpenSC's PKCS#11 module lies: p11-kit's folder, then the libraries' own.
const MODULES: [&str; 4] = [
    "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so",
    "/usr/lib/aarch64-linux-gnu/opensc-pkcs11.so",
    "/usr/lib64/opensc-pkcs11.so",
    "/usr/lib/opensc-pkcs11.so",
];

/// The two tokens that OpenSC makes of one card, in their order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) slot: &'static str,
    pub(crate) id: &'static str,
    pub(crate) pin: &'static str,
    pub(crate) label: &'static str,
    pub(crate) key: &'static str,
    pub(crate) reference: PinId,
}

pub(crate) const USER_AUTHENTICATION: Token = Token {
    slot: "0",
    id: "01",
    pin: "1234",
    label: "JPKI (User Authentication PIN)",
    key: "User Authentication Key",
    reference: PinId::UserAuthentication,
};
pub(crate) const SIGNATURE: Token = Token {
    slot: "1",
    id: "02",
    pin: "ABC123",
    label: "JPKI (Digital Signature PIN)",
    key: "Digital Signature Key",
    reference: PinId::Signature,
};

/// A desk with one card.
pub(crate) struct Desk {
    pub(crate) service: Pcscd,
    pub(crate) card: Option<Slot>,
    pub(crate) folder: TempDir,
    // Dropped before the service.
    plugged: Option<Plugged<Slot>>,
}

impl Desk {
    /// With the card of taro.
    pub(crate) fn new() -> Self {
        Self::with(&Quirks::default())
    }

    /// With the card of taro, peculiar as told.
    pub(crate) fn with(quirks: &Quirks) -> Self {
        // The keys are made before the service is taken from other tests.
        let card = issued::slot("taro", quirks);
        let mut desk = Self::empty();
        desk.plugged = Some(plug(card.clone(), desk.service.slot(0)).unwrap());
        desk.card = Some(card);
        desk.await_card();
        desk
    }

    /// Without a card.
    pub(crate) fn empty() -> Self {
        let (service, folder) = (Pcscd::start(), tempfile::tempdir().unwrap());
        Self { service, card: None, folder, plugged: None }
    }

    /// Waits for a card that was plugged in.
    pub(crate) fn await_card(&self) {
        let reader = self.service.reader(0);
        let context = Context::establish().unwrap();
        context.wait_for_card(Some(&reader), LIMIT, &Cancel::new()).unwrap();
    }

    /// Waits until the service has seen that the card is gone.
    pub(crate) fn await_removal(&self) {
        let reader = self.service.reader(0);
        Context::establish().unwrap().wait_for_removal(&reader, LIMIT, &Cancel::new()).unwrap();
    }

    /// The tries left by the card's own ledger.
    pub(crate) fn tries_left(&self, reference: PinId) -> u8 {
        self.card.as_ref().unwrap().card().tries_left(reference).unwrap()
    }

    /// The holder takes the card out and puts it in again: what verified states there are ends.
    pub(crate) fn reinsert(&mut self) {
        drop(self.plugged.take());
        self.await_removal();
        self.plugged = self.card.clone().map(|card| plug(card, self.service.slot(0)).unwrap());
        self.await_card();
    }

    /// Puts another card of taro, peculiar as told, in the place of this one.
    pub(crate) fn exchange(&mut self, quirks: &Quirks) {
        self.card = Some(issued::slot("taro", quirks));
        self.reinsert();
    }

    /// The name of the reader, as PC/SC has it.
    pub(crate) fn reader(&self) -> String {
        self.service.reader(0).to_string()
    }

    /// A file in the desk's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, and tells where.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// A certificate read by `pkcs15-tool`, as a file in PEM.
    pub(crate) fn certificate(&self, id: &str) -> PathBuf {
        let path = self.path(&format!("certificate-{id}.pem"));
        let client = pkcs15().arg("--read-certificate").arg(id).arg("--output").arg(&path);
        let client = match id {
            "02" => client.args("--auth-id 02 --verify-pin --pin").arg(SIGNATURE.pin),
            _ => client,
        };
        let _ = client.run().success();
        path
    }

    /// The public key of a token's certificate, as a file in PEM.
    pub(crate) fn public_key(&self, token: Token) -> PathBuf {
        let certificate = self.certificate(token.id);
        let read = openssl("x509 -pubkey -noout -in").arg(certificate).run().success();
        self.write(&format!("key-{}.pem", token.id), read.bytes())
    }
}

/// `pkcs15-tool` of OpenSC.
pub(crate) fn pkcs15() -> Client {
    Client::new("pkcs15-tool", "opensc")
}

/// `pkcs11-tool` over OpenSC's module.
pub(crate) fn pkcs11(arguments: &str) -> Client {
    Client::new("pkcs11-tool", "opensc").arg("--module").arg(module()).args(arguments)
}

/// As [`pkcs11`], logged in to a token.
pub(crate) fn logged_in(token: Token) -> Client {
    pkcs11("--login").arg("--slot").arg(token.slot).arg("--pin").arg(token.pin)
}

/// `openssl`, which verifies.
pub(crate) fn openssl(arguments: &str) -> Client {
    Client::new("openssl", "openssl").args(arguments)
}

/// `openssl` says that the signature over a SHA-2 digest of `message` is the key's.
pub(crate) fn verified(hash: &str, key: &PathBuf, signature: &PathBuf, message: &PathBuf) -> Outcome {
    let client = openssl("dgst").arg(format!("-{hash}")).arg("-verify").arg(key);
    let outcome = client.arg("-signature").arg(signature).arg(message).run().success();
    outcome.says(["Verified OK"]);
    outcome
}

/// OpenSC's PKCS#11 module; a desk without it names the package.
pub(crate) fn module() -> &'static str {
    let found = MODULES.into_iter().find(|path| std::path::Path::new(path).exists());
    assert!(found.is_some(), "there is no opensc-pkcs11.so; install the package opensc");
    found.unwrap()
}
