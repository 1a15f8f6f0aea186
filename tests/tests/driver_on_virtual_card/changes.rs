//! Changing PINs on a card that keeps them.

use mynumber_applet::PinId;
use mynumber_applet::pin::{SignaturePassword, reference};
use mynumber_driver::{Card, ErrorKind};
use mynumber_virtual_card::Quirks;
use testkit::host::{PIN, four_digits, inserted, signature_password};

#[test]
fn every_pin_of_the_holder_is_changed_and_the_new_one_holds() {
    let mut card = Card::new(inserted(Quirks::default()).unwrap());
    let (old, new) = (four_digits(PIN).unwrap(), four_digits("5678").unwrap());
    card.change_pin::<reference::InputAssist>(&old, &new).unwrap();
    card.change_pin::<reference::UserAuthentication>(&old, &new).unwrap();
    card.change_juki_pin(&old, &new).unwrap();
    let password = SignaturePassword::parse("NEWPASS1").unwrap();
    card.change_pin::<reference::Signature>(&signature_password().unwrap(), &password).unwrap();
    card.unlock::<reference::InputAssist>(&new).unwrap().close().unwrap();
    card.unlock::<reference::UserAuthentication>(&new).unwrap().close().unwrap();
    card.unlock::<reference::Juki>(&new).unwrap().close().unwrap();
    card.unlock::<reference::Common>(&new).unwrap().close().unwrap();
    card.unlock::<reference::Signature>(&password).unwrap().close().unwrap();
    assert_eq!(card.attributes(&old).unwrap_err().tries_left(), Some(2));
}

#[test]
fn a_half_done_juki_change_is_found_before_anything_changes_and_can_be_finished() {
    let mut card = Card::new(inserted(Quirks::default()).unwrap());
    let (old, new) = (four_digits(PIN).unwrap(), four_digits("5678").unwrap());
    // What a program that was stopped half-way leaves behind.
    card.finish_juki_change(PinId::Common, &old, &new).unwrap();
    let error = card.change_juki_pin(&old, &new).unwrap_err();
    assert_eq!((error.object(), error.tries_left()), (mynumber_driver::Object::Pin(PinId::Common), Some(2)));
    card.finish_juki_change(PinId::Juki, &old, &new).unwrap();
    card.unlock::<reference::Juki>(&new).unwrap().close().unwrap();
    card.unlock::<reference::Common>(&new).unwrap().close().unwrap();
    assert_eq!(*card.change_juki_pin(&new, &new).unwrap_err().kind(), ErrorKind::SameSecret);
}
