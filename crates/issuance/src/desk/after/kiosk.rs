//! コンビニ等での再設定: what a holder sets anew without a clerk.
//!
//! The signature password where the user-authentication PIN is known, and the other way round; with a face match on the
//! telephone in the last 24 hours, from 6:30 to 23:00 (CARD.md §3.3). The juki and input-assist PINs at the window only.

use mynumber_applet::pin::{FourDigitPin, Reference, SignaturePassword, reference};
use mynumber_crypto::UnixTime;
use mynumber_driver::{Card, file};
use mynumber_transport::Transport;

use super::super::Desk;
use super::super::error::{DeskError, Reason, Standing};
use super::super::pins::{Asked, NewPins, Plan, PlanError};
use super::super::rule::{Rule, Untimely};
use super::super::stage::{At, HandedOver, Resetting};
use super::reset::{begin, check};
use crate::lifecycle::State;
use crate::receipt::Serial;
use crate::store::Case;
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
    /// [`Reason::NotTheTime`], [`Reason::Rule`], [`Reason::OtherCard`], [`DeskError`]; unfinished, it is resumed by
    /// [`At::resume_at_kiosk`], or at the window.
    pub fn reset_at_kiosk(
        &self,
        known: &Known,
        matched: UnixTime,
        pin: KioskPin,
        desk: &mut Desk<'_>,
    ) -> Result<Self, DeskError> {
        let plan = self.plan(desk.store)?;
        let pins = entitled(self.case(), plan, known, pin, (matched, desk.by.at))
            .map_err(|reason| DeskError::untouched(self.number(), reason))?;
        self.reset(plan, &pins, "kiosk", desk)
    }
}

impl At<Resetting> {
    /// As [`At::reset_at_kiosk`], after an interruption: by whoever may begin it. What was begun with other PINs goes on at
    /// the window, by [`At::resume_reset`].
    ///
    /// # Errors
    /// [`PlanError::Begun`] for a PIN that is open and is not this one; as [`At::reset_at_kiosk`].
    pub fn resume_at_kiosk(
        &self,
        known: &Known,
        matched: UnixTime,
        pin: KioskPin,
        desk: &mut Desk<'_>,
    ) -> Result<At<HandedOver>, DeskError> {
        let plan = self.plan(desk.store)?;
        let entitled = entitled(self.case(), plan, known, pin, (matched, desk.by.at)).and_then(|pins| {
            match self.open_pins().iter().find(|asked| pins.secret(**asked).is_none()) {
                Some(asked) => Err(PlanError::Begun(*asked).into()),
                None => Ok(pins),
            }
        });
        let standing = Standing::Unfinished(State::Resetting);
        let pins = entitled.map_err(|reason| DeskError::new(self.number(), standing, reason))?;
        begin(self, &pins, "kiosk, resumed", desk)
    }
}

/// What may be set: it is the time for it, and the PIN of the other certificate was right on this card.
fn entitled(
    case: &Case,
    plan: Plan,
    known: &Known,
    pin: KioskPin,
    (matched, at): (UnixTime, UnixTime),
) -> Result<NewPins, Reason> {
    let local = civil_in_japan(at);
    if !((6, 30)..(23, 0)).contains(&(local.hour, local.minute)) {
        return Err(Reason::NotTheTime(Untimely::KioskClosed));
    }
    if !(0..=DAY).contains(&at.seconds().saturating_sub(matched.seconds())) {
        return Err(Reason::NotTheTime(Untimely::FaceMatchOld));
    }
    if known.card.is_none() || known.card != case.card {
        return Err(Reason::OtherCard);
    }
    let (other, pins) = match pin {
        KioskPin::Signature(password) => (Asked::UserAuthentication, NewPins::default().signature(password)),
        KioskPin::UserAuthentication(pin) => (Asked::Signature, NewPins::default().user_authentication(pin)),
    };
    if known.asked != other {
        return Err(Reason::Rule(Rule::OtherPinUnknown));
    }
    check(plan, &pins)?;
    Ok(pins)
}
