/* A SAS dataset of fixed-width columns, by ReadStat: uncompressed, or compressed with RLE (COMPRESS=CHAR).

   make_sas7bdat COLUMNS RECORDS OUT none|rle

   COLUMNS has a line for each, "name num|char length format label" with tabs between; RECORDS has numbers as
   native doubles (a NaN is missing) and text filled up with blanks. */
#include <fcntl.h>
#include <math.h>
#include <readstat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST 2000
static ssize_t to_file(const void *data, size_t length, void *file) { return fwrite(data, 1, length, (FILE *)file); }

int main(int argc, char **argv) {
    char line[1024], name[64], kind[8], format[64], label[300];
    int width[MOST], is_char[MOST], columns = 0, row = 0;
    readstat_variable_t *variables[MOST];
    if (argc != 5) return 2;
    readstat_writer_t *writer = readstat_writer_init();
    readstat_set_data_writer(writer, to_file);
    readstat_writer_set_file_format_is_64bit(writer, 1);
    readstat_writer_set_file_timestamp(writer, 1700000000);
    readstat_writer_set_table_name(writer, "BENCH");
    if (!strcmp(argv[4], "rle")) readstat_writer_set_compression(writer, READSTAT_COMPRESS_ROWS);
    FILE *described = fopen(argv[1], "r"), *records = fopen(argv[2], "rb"), *out = fopen(argv[3], "wb");
    if (!described || !records || !out) return 2;
    while (columns < MOST && fgets(line, sizeof line, described)) {
        format[0] = label[0] = 0;
        int length;
        if (sscanf(line, "%63[^\t]\t%7[^\t]\t%d\t%63[^\t]\t%299[^\n]", name, kind, &length, format, label) < 3) return 2;
        is_char[columns] = kind[0] == 'c';
        width[columns] = is_char[columns] ? length : 8;
        variables[columns] = readstat_add_variable(
            writer, name, is_char[columns] ? READSTAT_TYPE_STRING : READSTAT_TYPE_DOUBLE, width[columns]);
        if (format[0] != '-') readstat_variable_set_format(variables[columns], format);
        readstat_variable_set_label(variables[columns], label);
        row += width[columns++];
    }
    char *record = malloc(row), *text = malloc(row + 1);
    fseek(records, 0, SEEK_END);
    long count = ftell(records) / row;
    rewind(records);
    if (readstat_begin_writing_sas7bdat(writer, out, count) != READSTAT_OK) return 3;
    for (long at = 0; at < count; at++) {
        if (fread(record, row, 1, records) != 1) return 3;
        readstat_begin_row(writer);
        for (int i = 0, place = 0; i < columns; place += width[i++]) {
            if (is_char[i]) {
                memcpy(text, record + place, width[i]);
                text[width[i]] = 0;
                for (int end = width[i]; end && text[end - 1] == ' '; end--) text[end - 1] = 0;
                readstat_insert_string_value(writer, variables[i], text);
                continue;
            }
            double number;
            memcpy(&number, record + place, 8);
            if (isnan(number)) readstat_insert_missing_value(writer, variables[i]);
            else readstat_insert_double_value(writer, variables[i], number);
        }
        if (readstat_end_row(writer) != READSTAT_OK) return 4;
    }
    readstat_error_t error = readstat_end_writing(writer);
    if (error != READSTAT_OK) { fprintf(stderr, "%s\n", readstat_error_message(error)); return 5; }
    readstat_writer_free(writer);
    return fclose(out) ? 6 : 0;
}
