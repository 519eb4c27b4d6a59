/// One entry of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuOption {
    /// What choosing it means to the program.
    pub value: String,
    /// What a person reads.
    pub label: String,
}

impl MenuOption {
    pub(crate) fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}
