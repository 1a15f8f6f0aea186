//! PINs, password and verification numbers (CARD.md §3).

use mynumber_applet::PinId;
use mynumber_applet::pin::{BirthDatePin, Secret, VerificationNumberA, VerificationNumberB};
use mynumber_virtual_card::{Image, Reference};

use super::{Job, PersonaliseError};

impl Job<'_> {
    pub(super) fn write_references(&self, image: &mut Image) -> Result<(), PersonaliseError> {
        let (person, secrets) = (self.person, self.secrets);
        let a = VerificationNumberA::from(&person.my_number);
        let birth = BirthDatePin::from_date(person.birth_date)?;
        let b = VerificationNumberB::from_parts(&birth, self.dates.card.year(), &person.code()?)?;
        let values: [(PinId, &dyn Secret); 10] = [
            (PinId::Signature, &secrets.signature),
            (PinId::UserAuthentication, &secrets.user_authentication),
            (PinId::InputAssist, &secrets.input_assist),
            (PinId::InputAssistNumberA, &a),
            (PinId::InputAssistNumberB, &b),
            (PinId::CardFaceBirthDate, &birth),
            (PinId::CardFaceNumberA, &a),
            (PinId::CardFaceNumberB, &b),
            (PinId::Juki, &secrets.juki),
            (PinId::Common, &secrets.juki),
        ];
        for (id, secret) in values {
            image.references.insert(id, Reference::new(secret.bytes(), id.row().tries)?);
        }
        // Delivered blocked on every card seen; its value is not known, so there is none to guess.
        let reserved = PinId::InputAssistReserved;
        image.references.insert(reserved, Reference::new(&[], reserved.row().tries)?.with_left(0));
        Ok(())
    }
}
