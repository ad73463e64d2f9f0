//! JSON Schemas of what is written, made of its types.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

/// The schema of a type as it is serialised (draft 2020-12), and the definitions that it refers to under `$defs`.
pub(super) fn definitions<T: JsonSchema>() -> (Value, Value) {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let one = generator.subschema_for::<T>().to_value();
    let mut definitions = Value::Object(generator.take_definitions(true));
    say_null(&mut definitions);
    (one, definitions)
}

/// Descriptions stand beside types, where what is `null` in JSON is `None`.
fn say_null(value: &mut Value) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(text)) = map.get_mut("description") {
                *text =
                    text.replace("`None`", "`null`").replace("[`", "`").replace("`]", "`").replace('\n', " ");
            }
            map.values_mut().for_each(say_null);
        }
        Value::Array(list) => list.iter_mut().for_each(say_null),
        _ => {}
    }
}
