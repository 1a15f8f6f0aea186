//! コンビニ等での再設定: what a holder sets anew without a clerk.
//!
//! The signature password where the user-authentication PIN is known, and the other way round; with a face match on the
//! telephone in the last 24 hours, from 6:30 to 23:00 (CARD.md §3.3). The juki and input-assist PINs at the window only.

use mynumber_applet::pin::{FourDigitPin, Reference, SignaturePassword, reference};
use mynumber_crypto::UnixTime;
use mynumber_driver::{Card, file};
use mynumber_transport::Transport;

use super::super::Desk;
use super::super::error::{DeskError, Reason};
use super::super::pins::{Asked, NewPins};
use super::super::rule::{Rule, Untimely};
use super::super::stage::{At, HandedOver};
use crate::receipt::Serial;
use crate::validity::civil_in_japan;

/// Evidence that whoever holds a card knows one of its PINs: the card itself said so.
#[derive(Debug)]
pub struct Known {
    card: Option<Serial>,
    asked: Asked,
}

impl Known {
    /// Presents the user-authentication PIN to the card. A wrong one costs a try.
    ///
    /// # Errors
    /// Those of the driver.
    pub fn user_authentication<T: Transport>(
        card: &mut Card<T>,
        pin: &FourDigitPin,
    ) -> Result<Self, mynumber_driver::Error> {
        known::<reference::UserAuthentication, T>(card, pin, Asked::UserAuthentication)
    }

    /// Presents the signature password to the card. A wrong one costs a try.
    ///
    /// # Errors
    /// Those of the driver.
    pub fn signature<T: Transport>(
        card: &mut Card<T>,
        password: &SignaturePassword,
    ) -> Result<Self, mynumber_driver::Error> {
        known::<reference::Signature, T>(card, password, Asked::Signature)
    }
}

fn known<R: Reference, T: Transport>(
    card: &mut Card<T>,
    secret: &R::Secret,
    asked: Asked,
) -> Result<Known, mynumber_driver::Error> {
    let selected = card.begin()?;
    let unlocked = selected.unlock::<R>(secret)?;
    let mut selected = unlocked.relock();
    let record = selected.read::<file::CommonRecord>()?;
    selected.close()?;
    let serial = mynumber_applet::content::CommonRecord::parse(record.bytes()).ok();
    Ok(Known { card: serial.and_then(|record| Serial::parse(record.serial())), asked })
}

/// What is set anew at a kiosk.
#[derive(Debug)]
#[non_exhaustive]
pub enum KioskPin {
    /// The signature password.
    Signature(SignaturePassword),
    /// The user-authentication PIN.
    UserAuthentication(FourDigitPin),
}

const DAY: i64 = 86_400;

impl At<HandedOver> {
    /// Sets one PIN anew where the other is known. `matched` is when the face was matched on the telephone; the time of
    /// the visit is that of `desk.by`.
    ///
    /// # Errors
    /// [`Reason::NotTheTime`], [`Reason::Rule`], [`Reason::OtherCard`], [`DeskError`].
    pub fn reset_at_kiosk(
        &self,
        known: &Known,
        matched: UnixTime,
        pin: KioskPin,
        desk: &mut Desk<'_>,
    ) -> Result<Self, DeskError> {
        let refuse = |reason| Err(DeskError::untouched(self.number(), reason));
        let at = desk.by.at;
        let local = civil_in_japan(at);
        if !((6, 30)..(23, 0)).contains(&(local.hour, local.minute)) {
            return refuse(Reason::NotTheTime(Untimely::KioskClosed));
        }
        if !(0..=DAY).contains(&at.seconds().saturating_sub(matched.seconds())) {
            return refuse(Reason::NotTheTime(Untimely::FaceMatchOld));
        }
        if known.card != Some(self.card()?) {
            return refuse(Reason::OtherCard);
        }
        let (other, pins) = match pin {
            KioskPin::Signature(password) => {
                (Asked::UserAuthentication, NewPins::default().signature(password))
            }
            KioskPin::UserAuthentication(pin) => {
                (Asked::Signature, NewPins::default().user_authentication(pin))
            }
        };
        if known.asked != other {
            return refuse(Reason::Rule(Rule::OtherPinUnknown));
        }
        let plan = self.plan(desk.store)?;
        if let Some(asked) = pins.entered().find(|asked| !plan.asks(*asked)) {
            return refuse(Reason::Pins(super::super::pins::PlanError::NotAsked(asked)));
        }
        self.reset(plan, &pins, "kiosk", desk)
    }
}
