//! The command `mynumber card serve` plugs the card in: the whole way that a user goes.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use testkit::client::Client;
use testkit::command::program;

use crate::desk::{Desk, SIGNATURE, Token, USER_AUTHENTICATION, logged_in, openssl, pkcs15, verified};

/// A card served by the command, with what it says.
struct Served {
    child: Child,
    trace: PathBuf,
}

impl Served {
    fn start(desk: &Desk) -> Self {
        let trace = desk.path("trace");
        let child = Command::new(program())
            .arg("--cards")
            .arg(desk.path("cards"))
            .args(["--lang", "en", "card", "serve", "taro", "--port"])
            .arg(desk.service.slot(0).port().to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&trace).unwrap())
            .spawn();
        let served = Self { child: child.unwrap(), trace };
        desk.await_card();
        served
    }

    /// Ends it as its user does, and returns all that it said; the reader is empty then.
    fn end(mut self, desk: &Desk) -> String {
        // Fails only when it has ended already.
        let _ = kill_process(Pid::from_child(&self.child), Signal::INT);
        let status = self.child.wait().unwrap();
        let trace = std::fs::read_to_string(&self.trace).unwrap();
        desk.await_removal();
        assert!(status.code().is_some(), "it ends by itself, not by the signal: {status}\n{trace}");
        trace
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn clients_read_and_sign_with_a_card_on_disk_and_the_trace_shows_no_pin() {
    let _ = program();
    // Other tests wait for the service from here on, and not while the command is built.
    let desk = Desk::empty();
    let served = Served::start(&desk);
    let scanned = Client::new("pcsc_scan", "pcsc-tools").args("-c -t 1").run();
    scanned.says(["Card inserted", "3B E0 00 FF 81 31 FE 45 14"]);
    pkcs15().arg("--dump").run().success().says(["PKCS#15 Card [JPKI]", "Tries left     : 5"]);
    let message = desk.write("message", b"a message");
    for (token, issuer) in [(USER_AUTHENTICATION, "03"), (SIGNATURE, "04")] {
        let signature = desk.path("signature");
        let sign = logged_in(token).args("--sign --mechanism SHA256-RSA-PKCS --id").arg(token.id);
        let _ = sign.arg("--input-file").arg(&message).arg("--output-file").arg(&signature).run().success();
        let _ = verified("sha256", &desk.public_key(token), &signature, &message);
        let (issuer, holder) = (desk.certificate(issuer), desk.certificate(token.id));
        openssl("verify -x509_strict -CAfile").arg(issuer).arg(holder).run().success().says([": OK"]);
    }
    let trace = served.end(&desk);
    assert!(trace.contains("VERIFY"), "{trace}");
    for token in [USER_AUTHENTICATION, SIGNATURE] {
        let hex: String = token.pin.bytes().map(|byte| format!("{byte:02X}")).collect();
        let spaced: Vec<&str> =
            hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap()).collect();
        assert!(!trace.contains(&hex) && !trace.contains(&spaced.join(" ")), "{trace}");
    }
}

#[test]
fn a_try_lost_to_a_client_is_lost_after_the_card_was_unplugged_and_served_again() {
    let _ = program();
    let desk = Desk::empty();
    let served = Served::start(&desk);
    let wrong = Token { pin: "9999", ..USER_AUTHENTICATION };
    logged_in(wrong).args("--list-objects").run().failure().says(["CKR_PIN_INCORRECT"]);
    let _ = served.end(&desk);
    let served = Served::start(&desk);
    pkcs15().arg("--list-pins").run().success().says(["Tries left     : 2", "Tries left     : 5"]);
    let _ = logged_in(USER_AUTHENTICATION).args("--list-objects").run().success();
    pkcs15().arg("--list-pins").run().success().says(["Tries left     : 3"]);
    let trace = served.end(&desk);
    let lines = BufReader::new(trace.as_bytes()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line.contains("63C2")), "{trace}");
}
