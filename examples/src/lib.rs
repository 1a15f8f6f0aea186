//! What the examples share: which card is meant, and where its PINs come from.
//!
//! Without an argument, or with `-`, an example runs on the virtual card of a simulated person, whose PINs are public.
//! Otherwise it runs on the reader whose name holds the argument, or on the only reader there is for `any`, and asks for
//! PINs at a hidden prompt:
//!
//! ```text
//! cargo run --example status
//! cargo run --example status any
//! ```

pub mod office;
pub mod wire;
pub mod world;

use std::error::Error;

use mynumber::applet::pin::{FourDigitPin, SignaturePassword};
use mynumber::driver::Card;
use mynumber::testing;
use mynumber::transport::Transport;
use mynumber::transport::pcsc::{Context, Options, Selection};
use zeroize::Zeroizing;

/// The card that an example works on.
#[derive(Debug)]
pub enum Source {
    /// The simulated person's, in memory.
    Virtual,
    /// The one in a reader whose name holds this; `any` for the only reader there is.
    Reader(String),
}

impl Source {
    /// By the first argument; none, or `-`, is the virtual card.
    #[must_use]
    pub fn from_arguments() -> Self {
        std::env::args().nth(1).filter(|name| name != "-").map_or(Self::Virtual, Self::Reader)
    }

    /// The transport to the card.
    ///
    /// # Errors
    /// No PC/SC service, no such reader, no card in it.
    pub fn transport(&self) -> Result<Box<dyn Transport>, Box<dyn Error>> {
        let Self::Reader(name) = self else {
            return Ok(Box::new(testing::card("taro")));
        };
        let context = Context::establish()?;
        let selection = (name != "any").then(|| Selection::from_text(name));
        let reader = context.reader(selection.as_ref())?;
        Ok(Box::new(context.connect(&reader, &Options::default())?))
    }

    /// The card.
    ///
    /// # Errors
    /// As [`Source::transport`].
    pub fn card(&self) -> Result<Card<Box<dyn Transport>>, Box<dyn Error>> {
        Ok(Card::new(self.transport()?))
    }

    /// The signature password.
    ///
    /// # Errors
    /// No terminal to ask at, or a password of the wrong form.
    pub fn signature_password(&self) -> Result<SignaturePassword, Box<dyn Error>> {
        match self {
            Self::Virtual => Ok(testing::secrets().signature),
            Self::Reader(_) => Ok(SignaturePassword::parse(&asked("Signature password: ")?)?),
        }
    }

    /// The user-authentication PIN.
    ///
    /// # Errors
    /// No terminal to ask at, or a PIN of the wrong form.
    pub fn user_authentication_pin(&self) -> Result<FourDigitPin, Box<dyn Error>> {
        match self {
            Self::Virtual => Ok(testing::secrets().user_authentication),
            Self::Reader(_) => Ok(FourDigitPin::parse(&asked("User-authentication PIN: ")?)?),
        }
    }

    /// The input-assist PIN.
    ///
    /// # Errors
    /// No terminal to ask at, or a PIN of the wrong form.
    pub fn input_assist_pin(&self) -> Result<FourDigitPin, Box<dyn Error>> {
        match self {
            Self::Virtual => Ok(testing::secrets().input_assist),
            Self::Reader(_) => Ok(FourDigitPin::parse(&asked("Input-assist PIN: ")?)?),
        }
    }
}

fn asked(question: &str) -> std::io::Result<Zeroizing<String>> {
    rpassword::prompt_password(question).map(Zeroizing::new)
}
