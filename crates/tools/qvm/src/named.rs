use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

/// Reads one of some values by its name. Each value comes with its name and what `--help` says of it.
pub(crate) fn named<T, const N: usize>(
    values: [(T, &'static str, &'static str); N],
) -> impl TypedValueParser<Value = T>
where
    T: Copy + Send + Sync + 'static,
{
    let shown = values.each_ref().map(|(_, name, help)| PossibleValue::new(*name).help(*help));
    PossibleValuesParser::new(shown).try_map(move |typed| {
        let value = values.iter().find(|(_, name, _)| name.eq_ignore_ascii_case(&typed));
        // Other names do not come through the parser.
        value.map(|(value, ..)| *value).ok_or("not one of the values")
    })
}
