use super::Page;
use crate::state::acts;

impl Page {
    /// Asks a question about the present image.
    pub(crate) fn ask(self, question: &str) {
        let commands = self.change(|state| acts::ask(state, question));
        self.send_all(commands);
    }

    /// Stops the answer.
    pub(crate) fn stop(self) {
        let command = self.change(acts::stop);
        self.send_all(command);
    }

    /// Clears the conversation.
    pub(crate) fn new_conversation(self) {
        let command = self.change(acts::new_conversation);
        self.send_all(command);
    }
}
