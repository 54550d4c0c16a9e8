/** Why an import leaves a row out (adapters/import/import_report.hpp), as it stands behind «строка». */
export const leftOutReasons: Record<string, string> = {
  "no address": "без адреса",
  "wrong address": "с неверным адресом",
  "control characters in the address": "с управляющими символами в адресе",
  "repeated address": "с повторным адресом",
  "wrong number of fields": "с неверным числом полей",
  "wrong encoding: no UTF-8, or a NUL": "в неверной кодировке: не UTF-8 или NUL",
  "a quote that does not end": "с незакрытой кавычкой",
  "a field over 64 KiB": "с полем больше 64 КиБ",
  "a row over 256 KiB": "длиннее 256 КиБ",
  "more than 256 columns": "с числом столбцов больше 256",
  "no JSON object of named fields": "не объект JSON с именованными полями",
  "a list or object as a field's value": "со списком или объектом в поле",
  "the same field twice": "с повторным полем",
};
