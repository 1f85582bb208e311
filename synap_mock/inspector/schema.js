// Forms from the OpenAPI document, so that they offer exactly what the control API accepts.

export function schemaOf(document, operation) {
  return operation?.requestBody?.content["application/json"]?.schema && resolve(document, operation.requestBody.content["application/json"].schema);
}

// A schema with its reference followed.
export function resolve(document, schema) {
  if (!schema.$ref) return schema;
  const { $ref, ...own } = schema;
  return { ...$ref.split("/").slice(1).reduce((found, name) => found[name], document), ...own };
}

// The kind of input for a property: "boolean", "choice", "number", "json" or "text", with its choices.
export function inputOf(document, property) {
  const schema = flat(document, property);
  const types = [schema.type].flat().filter((type) => type && type !== "null");
  const { description = "", default: usual } = { ...schema, ...property };
  const common = { description, usual, isOptional: [schema.type].flat().includes("null") };
  if (schema.enum) return { ...common, kind: "choice", choices: schema.enum.filter((choice) => choice !== null) };
  if (types.length === 1 && types[0] === "boolean") return { ...common, kind: "boolean" };
  if (types.length === 1 && (types[0] === "integer" || types[0] === "number")) {
    return { ...common, kind: "number", least: schema.minimum, most: schema.maximum, isWhole: types[0] === "integer" };
  }
  if (types.length === 1 && types[0] === "string") return { ...common, kind: "text" };
  return { ...common, kind: "json" };
}

// One alternative and null are the alternative.
function flat(document, property) {
  const schema = resolve(document, property);
  const others = schema.anyOf?.map((each) => resolve(document, each)).filter((each) => each.type !== "null");
  return others?.length === 1 ? { ...schema, ...others[0], type: [others[0].type, "null"].flat() } : schema;
}

// The value of an input; undefined: it is left out.
export function valueOf(input, text) {
  if (text === undefined || text === "") return undefined;
  if (input.kind === "boolean") return text === true || text === "true";
  if (text === "null" && (input.isOptional || input.kind === "json")) return null;
  if (input.kind === "number") return Number(text);
  if (input.kind !== "json") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text; // an id needs no quotes; what is invalid, the control API says
  }
}
