use pcsc::Error as Code;

use super::from;
use crate::{Delivery, Error};

#[test]
fn c2_each_event_of_the_card_has_its_own_error() {
    let table = [
        (Code::RemovedCard, Error::CardRemoved),
        (Code::ResetCard, Error::CardReset),
        (Code::UnpoweredCard, Error::CardUnpowered),
        (Code::UnresponsiveCard, Error::CardUnresponsive),
        (Code::NoSmartcard, Error::NoCard),
        (Code::NoReadersAvailable, Error::NoReader),
        (Code::UnknownReader, Error::ReaderGone),
        (Code::ReaderUnavailable, Error::ReaderGone),
        (Code::NoService, Error::NoService),
        (Code::ServiceStopped, Error::NoService),
        (Code::InvalidHandle, Error::NoService),
        (Code::SecurityViolation, Error::PermissionDenied),
        (Code::SharingViolation, Error::SharingViolation),
        (Code::Timeout, Error::Timeout),
        (Code::Cancelled, Error::Cancelled),
        (Code::InsufficientBuffer, Error::ReplyTooLong),
        (Code::NotTransacted, Error::Transmission),
        (Code::CommDataLost, Error::Transmission),
        (Code::CommError, Error::Transmission),
        (Code::ProtoMismatch, Error::Protocol),
        (Code::InvalidParameter, Error::Other { code: 0x8010_0004 }),
    ];
    for (code, error) in table {
        assert_eq!(from(code), error);
    }
}

#[test]
fn b11_what_may_have_reached_the_card_counts_as_unknown() {
    for code in [
        Code::NotTransacted,
        Code::CommDataLost,
        Code::RemovedCard,
        Code::Timeout,
        Code::InsufficientBuffer,
        Code::NoService,
    ] {
        assert_eq!(from(code).delivery(), Delivery::Unknown, "{code:?}");
    }
    for code in [Code::ResetCard, Code::SharingViolation] {
        assert_eq!(from(code).delivery(), Delivery::NotSent, "{code:?}");
    }
}
