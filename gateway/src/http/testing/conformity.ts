/** Holds answers against the OpenAPI document: status, type and body. */
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';

export interface Document {
  paths: Record<string, Record<string, { responses: Record<string, DocumentedAnswer> }>>;
}

interface DocumentedAnswer {
  $ref?: string;
  content?: Record<string, object>;
}

export interface GivenAnswer {
  status: number;
  /** Content-Type. */
  type: string | null;
  text: string;
}

/** Gives the body of an answer, parsed if it is JSON. @throws if the answer is not as documented */
export type Conforms = (method: string, path: string, answer: GivenAnswer) => unknown;

export function conformity(document: Document): Conforms {
  const ajv = addFormats(new Ajv2020({ strict: false, allErrors: true }));
  ajv.addSchema(document, 'api');
  return (method, path, { status, type, text }) => {
    const place = `${method} ${path}`;
    const answer = document.paths[path]?.[method.toLowerCase()]?.responses[String(status)];
    if (answer === undefined) throw new Error(`${place} does not document ${status}`);
    const given = type?.split(';')[0] ?? '';
    const isProblem = answer.$ref !== undefined;
    if (!isProblem && answer.content === undefined) {
      if (text !== '') throw new Error(`${place} ${status} has a body: ${text}`);
      return null;
    }
    const types = isProblem ? ['application/problem+json'] : Object.keys(answer.content ?? {});
    if (!types.includes(given)) throw new Error(`${place} ${status} does not document ${given}`);
    if (!given.endsWith('json')) return text;
    const escaped = path.replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D');
    const validate = ajv.compile({
      $ref: isProblem
        ? 'api#/components/schemas/Problem'
        : `api#/paths/${escaped}/${method.toLowerCase()}/responses/${status}/content/application~1json/schema`,
    });
    const body: unknown = JSON.parse(text);
    if (!validate(body)) throw new Error(`${place}: ${ajv.errorsText(validate.errors)} in ${text}`);
    return body;
  };
}
