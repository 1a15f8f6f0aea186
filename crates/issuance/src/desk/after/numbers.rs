//! 照合番号B and 生年月日: the numbers that open the contents of a card follow the birth date and the year in which it ends.
//!
//! Contents change in one write, these references one by one after it. A change that was broken off leaves a card that says one
//! year and opens under another, or under another in each application. What it is to be stands in the store from before the
//! first write, so the numbers are set to that first ([`At::settle_numbers`]), and the card is read with them: nobody guesses, and
//! no try is lost.

use mynumber_applet::pin::{BirthDatePin, SecurityCode, VerificationNumberB};
use mynumber_applet::{Date, PinId};

use super::super::Desk;
use super::super::counter::Identity;
use super::super::error::{DeskError, Reason};
use super::super::rule::Rule;
use super::super::stage::{At, Unsettled};
use super::super::work::on_card;
use crate::issuer::IssuerSession;
use crate::personalise::PersonaliseError;

impl<S: Unsettled> At<S> {
    /// Before [`At::resume_change`], [`At::lift`] and [`At::resume_lift`]: sets the numbers that open the contents to those of the
    /// record and of the last day that the store has, and gives verification number B, with which the card is read. `code` is
    /// the one on the front of the card.
    ///
    /// # Errors
    /// [`Rule::ExpiryUnknown`]; [`DeskError`]. The case stays where it is, and doing it again goes on.
    pub fn settle_numbers(
        &self,
        identity: &Identity,
        code: &SecurityCode,
        desk: &mut Desk<'_>,
    ) -> Result<VerificationNumberB, DeskError> {
        identity.belongs(self.case())?;
        let card = self.card()?;
        let birth_date = self.resident(desk.store)?.birth_date;
        let numbers = self.case().expiry.ok_or(Reason::Rule(Rule::ExpiryUnknown));
        let numbers = numbers.and_then(|expiry| Numbers::of(birth_date, expiry, code));
        let numbers = numbers.map_err(|reason| self.stopped(desk.store, S::STATE, reason))?;
        on_card(desk.issuer, &card, |session| numbers.set(session))
            .map_err(|reason| self.stopped(desk.store, S::STATE, reason))?;
        Ok(numbers.b)
    }
}

/// The numbers of a card.
pub(super) struct Numbers {
    birth: BirthDatePin,
    b: VerificationNumberB,
}

impl Numbers {
    pub(super) fn of(birth_date: Date, expiry: Date, code: &SecurityCode) -> Result<Self, Reason> {
        let form = PersonaliseError::Pin;
        let birth = BirthDatePin::from_date(birth_date).map_err(form)?;
        let b = VerificationNumberB::from_parts(&birth, expiry.year(), code).map_err(form)?;
        Ok(Self { birth, b })
    }

    pub(super) fn set(&self, session: &mut dyn IssuerSession) -> Result<(), Reason> {
        session.set_reference(PinId::InputAssistNumberB, &self.b)?;
        session.set_reference(PinId::CardFaceNumberB, &self.b)?;
        session.set_reference(PinId::CardFaceBirthDate, &self.birth)?;
        Ok(())
    }
}
