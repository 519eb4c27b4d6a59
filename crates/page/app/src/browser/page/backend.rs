use leptos::prelude::*;
use protocol::{BackendChoice, Command};

use super::Page;
use crate::state::{backend, profile};

impl Page {
    /// Chooses the machine that the page's address names, else the faster one. Where the address names none that is known,
    /// that is said.
    pub(super) fn choose_backend_of_address(self) {
        let query = window().location().search().unwrap_or_default();
        let choice = backend::choice_of_query(&query).unwrap_or_else(|unknown| {
            self.show(backend::unknown_choice(&unknown));
            None
        });
        self.choose_backend(choice.unwrap_or_default());
    }

    /// Chooses where the model runs.
    pub(crate) fn choose_backend(self, choice: BackendChoice) {
        let command = self.change(|state| backend::choose(state, choice));
        self.send_all(command);
    }

    /// Tells a new worker what the one before it knew.
    pub(super) fn restore_worker(self) {
        self.choose_backend(self.peek(|state| state.backend.choice));
        if self.peek(|state| state.profiling.is_on) {
            self.set_profiling(true);
        }
    }

    /// Switches the timing of kernels.
    pub(crate) fn set_profiling(self, on: bool) {
        let command = self.change(|state| profile::set_profiling(state, on));
        self.send_all([command]);
    }

    /// Destroys the graphics device, to see what follows.
    pub(crate) fn lose_device(self) {
        self.send_all([Command::LoseDevice]);
    }
}
