//! pcsc-tools and `opensc-tool`: readers, ATR, raw commands.

use testkit::client::Client;

use crate::desk::Desk;

const SELECT_JPKI: &str = "00A4040C0AD392F000260100000001";

fn opensc_tool(arguments: &str) -> Client {
    Client::new("opensc-tool", "opensc").args(arguments)
}

#[test]
fn pcsc_scan_shows_the_reader_and_knows_the_card_by_its_atr() {
    let desk = Desk::new();
    let listed = Client::new("pcsc_scan", "pcsc-tools").arg("-r").run().success();
    assert_eq!(listed.count(&desk.reader()), 1, "{listed}");
    let scanned = Client::new("pcsc_scan", "pcsc-tools").args("-t 1").run();
    scanned.says([
        &desk.reader(),
        "Card inserted",
        "3B E0 00 FF 81 31 FE 45 14",
        "correct checksum",
        "JUKICARD",
    ]);
}

#[test]
fn opensc_tool_knows_the_card_and_sends_it_commands() {
    let desk = Desk::new();
    let listed = opensc_tool("--list-readers").run().success();
    assert!(
        listed.text().lines().any(|line| line.contains("Yes") && line.contains(&desk.reader())),
        "{listed}"
    );
    opensc_tool("--atr").run().success().says(["3b:e0:00:ff:81:31:fe:45:14"]);
    opensc_tool("--name").run().success().says(["jpki"]);
    opensc_tool("--list-algorithms").run().success().says(["rsa", "2048"]);
    let sent =
        opensc_tool("-s").arg(SELECT_JPKI).args("-s 00B0860020 -s 00200098 -s 00B0810004").run().success();
    // The token's label, the tries left of a PIN, a certificate behind its password.
    sent.says(["JPKIAPICCTOKEN2", "SW1=0x63, SW2=0xC3", "SW1=0x69, SW2=0x82"]);
}

#[test]
fn scriptor_sends_a_script() {
    let desk = Desk::new();
    let script = "reset\n00 A4 04 0C 0A D3 92 F0 00 26 01 00 00 00 01\n00 B0 8A 00 04\n00 20 00 9B\n";
    let outcome =
        Client::new("scriptor", "pcsc-tools").arg("-r").arg(desk.reader()).input(script).run().success();
    outcome.says(["3B E0 00 FF 81 31 FE 45 14", "30 82 06", "63 C5"]);
}
