//! PC/SC codes as errors of this crate.

use pcsc::Error as Code;

use crate::Error;

/// Total: every code of the `pcsc` crate, those of its future versions as [`Error::Other`].
pub(super) fn from(code: Code) -> Error {
    match code {
        Code::RemovedCard => Error::CardRemoved,
        Code::ResetCard => Error::CardReset,
        Code::UnpoweredCard => Error::CardUnpowered,
        Code::UnresponsiveCard | Code::UnsupportedCard | Code::CardUnsupported | Code::InvalidAtr => {
            Error::CardUnresponsive
        }
        Code::NoSmartcard => Error::NoCard,
        Code::NoReadersAvailable => Error::NoReader,
        Code::UnknownReader | Code::ReaderUnavailable => Error::ReaderGone,
        // A handle is invalid when the service that gave it is no more.
        Code::NoService | Code::ServiceStopped | Code::InvalidHandle | Code::Shutdown => Error::NoService,
        Code::SecurityViolation | Code::NoAccess => Error::PermissionDenied,
        Code::SharingViolation => Error::SharingViolation,
        Code::Timeout | Code::WaitedTooLong => Error::Timeout,
        Code::Cancelled | Code::SystemCancelled | Code::CancelledByUser => Error::Cancelled,
        Code::InsufficientBuffer | Code::PciTooSmall => Error::ReplyTooLong,
        Code::CommError | Code::CommDataLost | Code::NotTransacted | Code::NotReady => Error::Transmission,
        Code::ProtoMismatch => Error::Protocol,
        other => Error::Other { code: number(other) },
    }
}

#[expect(clippy::as_conversions, reason = "the discriminant of a `repr(u32)` enum has no other way out")]
const fn number(code: Code) -> u32 {
    code as u32
}

/// Whether a context that gave this error may be one of a service that has since been restarted.
pub(super) const fn is_stale(code: Code) -> bool {
    matches!(
        code,
        Code::NoService
            | Code::ServiceStopped
            | Code::InvalidHandle
            | Code::Shutdown
            | Code::CommError
            | Code::InternalError
    )
}

#[cfg(test)]
#[path = "error_tests.rs"]
mod tests;
