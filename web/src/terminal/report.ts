/**
 * What terminals say of themselves, not a person by a key: answers to queries (attributes, status, modes, sizes, colours), reports
 * of the focus and of the mouse.
 */
const REPORT = /^\x1b(?:\[[?>=]?[\d;]*\$?[cnRty]|\[[IO]$|\[<[\d;]+[Mm]|\[M|[\]P_^].)/s;

export const isReport = (data: string) => REPORT.test(data);
