//! OpenSSH: the card's keys as SSH keys.

use testkit::client::Client;

use crate::desk::{Desk, SIGNATURE, Token, USER_AUTHENTICATION, module};

fn ssh_keygen() -> Client {
    Client::new("ssh-keygen", "openssh-client")
}

/// The key of a token as OpenSSH writes it, computed from the certificate.
fn ssh_key(desk: &Desk, token: Token) -> String {
    let key = desk.public_key(token);
    let converted = ssh_keygen().args("-i -m PKCS8 -f").arg(key).run().success();
    converted.text().trim().to_owned()
}

#[test]
fn ssh_keygen_prints_the_key_of_the_certificate() {
    let desk = Desk::new();
    let printed = ssh_keygen().arg("-D").arg(module()).run().success();
    let key = ssh_key(&desk, USER_AUTHENTICATION);
    assert!(key.starts_with("ssh-rsa "), "{key}");
    assert_eq!(printed.count(&key), 1, "{printed}");
}

#[test]
fn the_agent_signs_with_the_card_and_ssh_keygen_verifies() {
    let desk = Desk::new();
    let key = ssh_key(&desk, USER_AUTHENTICATION);
    let public = desk.write("id.pub", format!("{key} card\n").as_bytes());
    let allowed = desk.write("allowed", format!("taro@example.invalid {key}\n").as_bytes());
    let message = desk.write("message", b"a message");
    let ask = desk.write("ask", format!("#!/bin/sh\necho {}\n", USER_AUTHENTICATION.pin).as_bytes());
    make_runnable(&ask);
    // An agent of its own, which ends with the commands given to it.
    let script = r#"ssh-add -s "$MODULE" && ssh-add -l && ssh-keygen -Y sign -f "$KEY" -n file "$MESSAGE" && ssh-add -e "$MODULE""#;
    let agent =
        Client::new("ssh-agent", "openssh-client").args("sh -e -c").arg(script).env("MODULE", module());
    let agent = agent.env("KEY", public).env("MESSAGE", &message);
    let agent = agent.env("SSH_ASKPASS", ask).env("SSH_ASKPASS_REQUIRE", "force");
    agent.run().success().says(["Card added", "User Authentication Public Key (RSA)"]);
    let verify = ssh_keygen().args("-Y verify -n file -I taro@example.invalid -f").arg(allowed);
    let verify = verify.arg("-s").arg(desk.path("message.sig")).input(*b"a message");
    verify.run().success().says(["Good \"file\" signature"]);
    assert_eq!(desk.tries_left(USER_AUTHENTICATION.reference), 3);
    assert_eq!(desk.tries_left(SIGNATURE.reference), 5);
}

fn make_runnable(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o700)).unwrap();
}
