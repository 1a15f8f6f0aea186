//! A command as bytes, in a buffer that is wiped.

use mynumber_apdu::{Command, EncodeError, Form};
use zeroize::{Zeroize, Zeroizing};

/// Encodes `command` into `buffer`, which holds exactly the command afterwards.
pub(crate) fn encode(command: &Command<'_>, buffer: &mut Zeroizing<Vec<u8>>) -> Result<(), EncodeError> {
    // Wiped before it grows: growing frees the old bytes as they are.
    buffer.zeroize();
    buffer.resize(command.encoded_len(), 0);
    match command.encode(buffer) {
        Ok(_) => Ok(()),
        Err(error) => {
            buffer.zeroize();
            Err(error)
        }
    }
}

/// Whether the command's bytes have extended length fields; a case 1 command is the same in both forms.
pub(crate) const fn is_extended(command: &Command<'_>) -> bool {
    matches!(command.form(), Form::Extended) && (!command.data().is_empty() || command.expected().is_some())
}
