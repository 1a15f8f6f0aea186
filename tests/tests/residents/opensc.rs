//! Every card as OpenSC sees it, through the real pcscd; openssl verifies what it signs.

use std::path::Path;
use std::time::Duration;

use mynumber::transport::pcsc::{Cancel, Context};
use mynumber::transport::vpcd::plug;
use testkit::client::Client;
use testkit::pcscd::Pcscd;

use crate::town::{Card, Town};

const LIMIT: Option<Duration> = Some(Duration::from_secs(60));
/// Where OpenSC's PKCS#11 module lies.
const MODULES: [&str; 3] = [
    "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so",
    "/usr/lib/aarch64-linux-gnu/opensc-pkcs11.so",
    "/usr/lib/opensc-pkcs11.so",
];

/// Every card, one after the other in one reader.
pub(crate) fn look_at(town: &Town) {
    let service = Pcscd::start();
    let reader = service.reader(0);
    for card in town.cards.values() {
        let plugged = plug(card.copy(), service.slot(0)).unwrap();
        Context::establish().unwrap().wait_for_card(Some(&reader), LIMIT, &Cancel::new()).unwrap();
        look(card, town.folder.path());
        drop(plugged);
        Context::establish().unwrap().wait_for_removal(&reader, LIMIT, &Cancel::new()).unwrap();
    }
}

fn look(card: &Card, folder: &Path) {
    // It needs no PIN.
    let certificate = folder.join("user-authentication.pem");
    let read = Client::new("pkcs15-tool", "opensc").args("--read-certificate 01 --output").arg(&certificate);
    let _ = read.run().success();
    let Some([pin, ..]) = &card.four else {
        let refused = pkcs11("0", "0000").args("--sign --id 01 --mechanism SHA256-RSA-PKCS --input-file");
        let _ = refused.arg(&certificate).run().failure();
        return;
    };
    signs(folder, ("0", "01", pin), &certificate);
    let listed = pkcs11("0", pin).args("--list-objects").run().success();
    listed.says(["Private Key Object; RSA", "User Authentication Key", "O=MYNUMBER-TEST"]);
    let Some(password) = &card.password else { return };
    let certificate = folder.join("signature.pem");
    let read = Client::new("pkcs15-tool", "opensc")
        .args("--read-certificate 02 --auth-id 02 --verify-pin --pin")
        .arg(password)
        .arg("--output")
        .arg(&certificate);
    let _ = read.run().success();
    signs(folder, ("1", "02", password), &certificate);
}

/// `pkcs11-tool` over OpenSC's module, logged in to a token.
fn pkcs11(slot: &str, pin: &str) -> Client {
    let module = MODULES.into_iter().find(|path| Path::new(path).exists());
    assert!(module.is_some(), "there is no opensc-pkcs11.so; install the package opensc");
    let client = Client::new("pkcs11-tool", "opensc").arg("--module").arg(module.unwrap());
    client.args("--login --slot").arg(slot).arg("--pin").arg(pin)
}

fn signs(folder: &Path, (slot, id, pin): (&str, &str, &str), certificate: &Path) {
    let [message, key, signature] = ["message", "key.pem", "signature"].map(|name| folder.join(name));
    std::fs::write(&message, b"what OpenSC signs").unwrap();
    let sign = pkcs11(slot, pin).args("--sign --mechanism SHA256-RSA-PKCS --id").arg(id);
    let _ = sign.arg("--input-file").arg(&message).arg("--output-file").arg(&signature).run().success();
    let public = openssl("x509 -pubkey -noout -in", certificate).run().success();
    std::fs::write(&key, public.bytes()).unwrap();
    let verify = openssl("dgst -sha256 -verify", &key).arg("-signature").arg(signature).arg(message);
    verify.run().success().says(["Verified OK"]);
}

fn openssl(arguments: &str, file: &Path) -> Client {
    Client::new("openssl", "openssl").args(arguments).arg(file)
}
