/* SPDX-License-Identifier: Apache-2.0
 *
 * html_parts.h: the pieces of the HTML page and the writer they share.
 */
#ifndef DRIFT_REPORT_HTML_PARTS_H
#define DRIFT_REPORT_HTML_PARTS_H

#include <drift/report.h>

/** After the first failure every further write does nothing; `status` keeps the reason. */
typedef struct drift__html {
    drift_buffer *buffer;
    drift_status status;
} drift__html;

/** Markup, as it is. */
void drift__html_raw(drift__html *html, const char *markup);
/** Markup from a format. Not for doubles, not for text from the data. */
void drift__html_format(drift__html *html, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/** Text from the data: escaped, at most `most` characters (0 = all), "…" where cut. */
void drift__html_text(drift__html *html, const char *text, size_t length, size_t most);
void drift__html_word(drift__html *html, const char *text);
/** A column's name, cut at 60 characters, with a chance to break the line behind each underscore. */
void drift__html_name(drift__html *html, const char *name);
/** A number for people, `digits` significant digits. */
void drift__html_number(drift__html *html, double value, int digits);
/** A coordinate: one decimal. */
void drift__html_coordinate(drift__html *html, double value);
/** A count with thousands separators. */
void drift__html_count(drift__html *html, uint64_t value);
/** A share in percent. */
void drift__html_share(drift__html *html, double share);
/** An effect: three decimals, so that a column of them lines up. */
void drift__html_effect(drift__html *html, double effect);
/** A p-value: "0.03", "3e-120", "< 1e-300". */
void drift__html_p(drift__html *html, double p);

/** The style sheet, between <style> tags. */
extern const char drift__html_style[];

/** Small overlaid picture of both distributions for the table. */
void drift__html_sparkline(drift__html *html, const drift_column_result *column);
/** Large overlaid histogram or paired bars, with a caption. */
void drift__html_distribution(drift__html *html, const drift_column_result *column);
/** Cumulative curves with the KS gap marked; nothing for names. */
void drift__html_cumulative(drift__html *html, const drift_column_result *column);
/** The <details> of one column; `id` is its anchor. */
void drift__html_detail(drift__html *html, const drift_column_result *column, size_t id);
/** Effects of every column over the parts of the current data; nothing where there are none. */
void drift__html_chunks(drift__html *html, const drift_comparison *comparison,
                        const drift_column_result *const *columns, size_t n);
/** Verdict badge: a shape and a word. */
void drift__html_badge(drift__html *html, uint32_t verdict);

#endif
