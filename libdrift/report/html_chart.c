/* SPDX-License-Identifier: Apache-2.0
 *
 * html_chart.c: both distributions in one picture, and their cumulative curves.
 *
 * Numeric columns are redrawn on even bins between the 1 % and 99 % quantiles
 * of both sides: the frozen cells are even in mass, not in width, and a tail
 * that reaches far would squeeze everything else into one bin.
 */
#include <math.h>
#include <string.h>

#include "report/html_parts.h"

/* Tenths of a unit of the picture between two points of a curve. */
enum { LEAST_STEP = 30 };
enum { MOST_BINS = 32, SPARK_BINS = 22, MOST_BARS = 12, SPARK_BARS = 10 };

typedef struct bins {
    double low, high;
    double reference[MOST_BINS], current[MOST_BINS]; /* share of the side's values */
    double outside_reference, outside_current;
    int n;
} bins;

static int range_of(const drift_column_result *c, double *out_low, double *out_high)
{
    double low = INFINITY, high = -INFINITY;
    const drift_summary *sides[2] = {&c->reference, &c->current};
    for (int i = 0; i < 2; i++) {
        if (!sides[i]->has_quantiles)
            continue;
        low = fmin(low, sides[i]->quantiles[0]);
        high = fmax(high, sides[i]->quantiles[4]);
    }
    if (!(low <= high) || !isfinite(high - low))
        return 0;
    if (low == high) {
        double half = fabs(low) > 0 ? fabs(low) / 2 : 0.5;
        low -= half;
        high += half;
    }
    *out_low = low;
    *out_high = high;
    return high > low && isfinite(high - low);
}

/* Where `x` lies between the ends, 0 to 1; divided first, since the largest doubles times 480 overflow. */
static double place(const bins *b, double x)
{
    return fmin(1, fmax(0, (x - b->low) / (b->high - b->low)));
}

/* Spread a cell's share evenly over its width; an atom goes into one bin. */
static void spread(bins *b, double lower, double upper, double reference, double current)
{
    double width = (b->high - b->low) / b->n;
    for (int i = 0; i < b->n; i++) {
        double from = b->low + i * width, to = i + 1 == b->n ? b->high : from + width, part;
        if (upper > lower)
            part = (fmin(to, upper) - fmax(from, lower)) / (upper - lower);
        else
            part = lower >= from && (lower < to || (i + 1 == b->n && lower <= to));
        if (!(part > 0))
            continue;
        b->reference[i] += part * reference;
        b->current[i] += part * current;
    }
}

static int make_bins(const drift_column_result *c, int n, bins *out)
{
    memset(out, 0, sizeof *out);
    out->n = n;
    if (!c->cells || !range_of(c, &out->low, &out->high))
        return 0;
    double of_reference = c->valid_reference ? 1 / (double)c->valid_reference : 0;
    double of_current = c->valid_current ? 1 / (double)c->valid_current : 0;
    for (size_t k = 0; k < c->n_cells; k++)
        spread(out, c->cells[k].lower, c->cells[k].upper,
               (double)c->cells[k].reference * of_reference,
               (double)c->cells[k].current * of_current);
    for (int i = 0; i < n; i++) {
        out->outside_reference += out->reference[i];
        out->outside_current += out->current[i];
    }
    out->outside_reference = c->valid_reference ? 1 - out->outside_reference : 0;
    out->outside_current = c->valid_current ? 1 - out->outside_current : 0;
    return 1;
}

static double tallest(const bins *b)
{
    double top = 0;
    for (int i = 0; i < b->n; i++)
        top = fmax(top, fmax(b->reference[i], b->current[i]));
    return top > 0 ? top : 1;
}

/* A step outline from the floor back to the floor, in relative tenths: short, no rounding adds up. */
static void steps(drift__html *html, const char *class, const double *share, int n, double top,
                  double width, double height)
{
    long floor = lround(10 * height), x = 0, y = floor;
    drift__html_format(html, "<path class=\"%s\" d=\"M0 ", class);
    drift__html_coordinate(html, height);
    for (int i = 0; i < n; i++) {
        long to_x = lround(10 * width * (i + 1) / n);
        long to_y = lround(10 * (height - share[i] / top * (height - 2)));
        if (to_y != y) {
            drift__html_raw(html, "v");
            drift__html_coordinate(html, (double)(to_y - y) / 10);
        }
        drift__html_raw(html, "h");
        drift__html_coordinate(html, (double)(to_x - x) / 10);
        x = to_x;
        y = to_y;
    }
    drift__html_raw(html, "V");
    drift__html_coordinate(html, height);
    drift__html_raw(html, "\"/>");
}

static void spark_bars(drift__html *html, const drift_column_result *c)
{
    double top = 0, reference[SPARK_BARS], current[SPARK_BARS];
    int n = 0;
    for (size_t k = 0; k < c->n_names && n < SPARK_BARS; k++, n++) {
        reference[n] =
            c->valid_reference ? (double)c->names[k].reference / (double)c->valid_reference : 0;
        current[n] = c->valid_current ? (double)c->names[k].current / (double)c->valid_current : 0;
        top = fmax(top, fmax(reference[n], current[n]));
    }
    if (!n || top <= 0)
        return;
    steps(html, "r", reference, n, top, 132, 34);
    steps(html, "c", current, n, top, 132, 34);
}

void drift__html_sparkline(drift__html *html, const drift_column_result *column)
{
    bins b;
    int numeric = make_bins(column, SPARK_BINS, &b);
    if (!numeric && !column->n_names)
        return;
    drift__html_raw(html, "<svg class=\"sp\" viewBox=\"0 0 132 34\" preserveAspectRatio=\"none\" "
                          "aria-hidden=\"true\">");
    if (numeric) {
        double top = tallest(&b);
        steps(html, "r", b.reference, b.n, top, 132, 34);
        steps(html, "c", b.current, b.n, top, 132, 34);
    } else {
        spark_bars(html, column);
    }
    drift__html_raw(html, "</svg>");
}

static void axis(drift__html *html, const bins *b, double width, double y)
{
    drift__html_raw(html, "<text x=\"0\" y=\"");
    drift__html_coordinate(html, y);
    drift__html_raw(html, "\">");
    drift__html_number(html, b->low, 4);
    drift__html_format(html, "</text><text x=\"%d\" y=\"", (int)(width / 2));
    drift__html_coordinate(html, y);
    drift__html_raw(html, "\" text-anchor=\"middle\">");
    drift__html_number(html, b->low / 2 + b->high / 2, 4);
    drift__html_format(html, "</text><text x=\"%d\" y=\"", (int)width);
    drift__html_coordinate(html, y);
    drift__html_raw(html, "\" text-anchor=\"end\">");
    drift__html_number(html, b->high, 4);
    drift__html_raw(html, "</text>");
}

static void legend(drift__html *html)
{
    drift__html_raw(html, "<p class=\"dim\"><small><span class=\"key a\"></span>reference &nbsp; "
                          "<span class=\"key b\"></span>current</small></p>");
}

static void bar(drift__html *html, const char *class, double share, double top)
{
    drift__html_format(html, "<i class=\"%s\" style=\"width:", class);
    drift__html_coordinate(html, top > 0 ? 100 * share / top : 0);
    drift__html_raw(html, "%\"></i>");
}

static void shares(drift__html *html, double reference, double current)
{
    drift__html_raw(html, "<span class=\"n\">");
    drift__html_share(html, reference);
    drift__html_raw(html, " \xe2\x86\x92 ");
    drift__html_share(html, current);
    drift__html_raw(html, "</span>");
}

static void paired(drift__html *html, double reference, double current, double top)
{
    drift__html_raw(html, "<span class=\"tr\" aria-hidden=\"true\">");
    bar(html, "x", reference, top);
    bar(html, "y", current, top);
    drift__html_raw(html, "</span>");
    shares(html, reference, current);
}

static double side_share(uint64_t count, uint64_t total)
{
    return total ? (double)count / (double)total : 0;
}

static void name_bars(drift__html *html, const drift_column_result *c)
{
    double top = 0, rest_reference = 1, rest_current = 1;
    size_t shown = 0;
    for (size_t k = 0; k < c->n_names && k < MOST_BARS; k++)
        top = fmax(top, fmax(side_share(c->names[k].reference, c->valid_reference),
                             side_share(c->names[k].current, c->valid_current)));
    drift__html_raw(html, "<div class=\"bars\">");
    for (size_t k = 0; k < c->n_names && shown < MOST_BARS; k++) {
        const drift_name_count *name = &c->names[k];
        if (name->hidden)
            continue;
        shown++;
        double reference = side_share(name->reference, c->valid_reference);
        double current = side_share(name->current, c->valid_current);
        rest_reference -= reference;
        rest_current -= current;
        drift__html_raw(html, "<span>");
        if (name->length)
            drift__html_text(html, name->name, name->length, 40);
        else
            drift__html_raw(html, "<em>empty text</em>");
        drift__html_raw(html, name->unseen ? " <em class=\"dim\">(new)</em></span>" : "</span>");
        paired(html, reference, current, top);
    }
    if (rest_reference > 1e-9 || rest_current > 1e-9) {
        drift__html_raw(html, "<em>all others</em><span class=\"tr\"></span>");
        shares(html, fmax(0, rest_reference), fmax(0, rest_current));
    }
    drift__html_raw(html, "</div>");
}

static void outside_note(drift__html *html, const bins *b)
{
    if (b->outside_reference < 1e-6 && b->outside_current < 1e-6)
        return;
    drift__html_raw(html, "<p class=\"dim\"><small>Beyond the picture: ");
    drift__html_share(html, fmax(0, b->outside_reference));
    drift__html_raw(html, " of the reference, ");
    drift__html_share(html, fmax(0, b->outside_current));
    drift__html_raw(html, " of the current values.</small></p>");
}

void drift__html_distribution(drift__html *html, const drift_column_result *column)
{
    bins b;
    if (column->n_names) {
        legend(html);
        name_bars(html, column);
        return;
    }
    if (!make_bins(column, MOST_BINS, &b))
        return;
    double top = tallest(&b);
    legend(html);
    drift__html_raw(html, "<svg viewBox=\"0 0 480 200\" role=\"img\"><title>Distribution of ");
    drift__html_text(html, column->name, strlen(column->name), 60);
    drift__html_raw(html, ", reference as area, current as line</title>");
    steps(html, "r", b.reference, b.n, top, 480, 176);
    steps(html, "c", b.current, b.n, top, 480, 176);
    drift__html_raw(html, "<path class=\"ax\" d=\"M0 176H480\"/>");
    axis(html, &b, 480, 194);
    drift__html_raw(html, "</svg>");
    outside_note(html, &b);
}

typedef struct gap {
    double x, reference, current;
} gap;

static gap largest_gap(const drift_column_result *c)
{
    double f = 0, g = 0;
    gap best = {0, 0, 0};
    for (size_t k = 0; k + 1 < c->n_cells; k++) {
        f += side_share(c->cells[k].reference, c->valid_reference);
        g += side_share(c->cells[k].current, c->valid_current);
        if (fabs(f - g) > fabs(best.reference - best.current))
            best = (gap){c->cells[k].upper, f, g};
    }
    return best;
}

/* A line to (x, share), relative to the point before: shorter. Tenths, so that rounding never adds up. */
static void point(drift__html *html, const bins *b, long at[2], double x, double share)
{
    long to_x = lround(4800 * place(b, x));
    long to_y = lround(1760 - 1720 * fmin(1, share));
    if (to_x == at[0] && to_y == at[1])
        return;
    drift__html_raw(html, to_x == at[0] ? "v" : to_y == at[1] ? "h" : "l");
    if (to_x != at[0])
        drift__html_coordinate(html, (double)(to_x - at[0]) / 10);
    if (to_x != at[0] && to_y != at[1] && to_y > at[1])
        drift__html_raw(html, " ");
    if (to_y != at[1])
        drift__html_coordinate(html, (double)(to_y - at[1]) / 10);
    at[0] = to_x;
    at[1] = to_y;
}

/* 1 where a point lies far enough from the last one to be seen. */
static int is_step(const bins *b, const long at[2], double x, double share)
{
    return fabs(4800 * place(b, x) - (double)at[0]) >= LEAST_STEP ||
           fabs(1760 - 1720 * share - (double)at[1]) >= LEAST_STEP;
}

/* Through the frozen cells themselves: rising between edges, a jump at a single value. */
static void curve(drift__html *html, const char *class, const bins *b, const drift_column_result *c,
                  int current)
{
    double before = 0;
    long at[2] = {0, 1760};
    drift__html_format(html, "<path class=\"%s\" d=\"M0 176", class);
    for (size_t k = 0; k < c->n_cells; k++) {
        const drift_cell *cell = &c->cells[k];
        double share = current ? side_share(cell->current, c->valid_current)
                               : side_share(cell->reference, c->valid_reference);
        double from = fmax(cell->lower, b->low), to = fmin(cell->upper, b->high);
        double width = cell->upper - cell->lower;
        if (cell->lower > b->high)
            break;
        if (to >= b->low && !(width > 0)) {
            point(html, b, at, to, before);
            point(html, b, at, to, before + share);
        } else if (to > b->low && isfinite(width)) {
            if (cell->lower <= b->low)
                point(html, b, at, from, before + share * (from - cell->lower) / width);
            double reached = before + share * (to - cell->lower) / width;
            if (to >= b->high || is_step(b, at, to, reached))
                point(html, b, at, to, reached);
        }
        before += share;
    }
    drift__html_raw(html, "\"/>");
}

static void mark_gap(drift__html *html, const drift_column_result *column, const gap *at, double x)
{
    drift__html_raw(html, "<path class=\"gap\" d=\"M");
    drift__html_coordinate(html, x);
    drift__html_raw(html, " ");
    drift__html_coordinate(html, 176 - 172 * at->reference);
    drift__html_raw(html, "V");
    drift__html_coordinate(html, 176 - 172 * at->current);
    drift__html_raw(html, "\"/><text y=\"");
    drift__html_coordinate(html, 176 - 86 * (at->reference + at->current) + 4);
    drift__html_raw(html, x > 380 ? "\" text-anchor=\"end\" x=\"" : "\" x=\"");
    drift__html_coordinate(html, x > 380 ? x - 7 : x + 7);
    drift__html_raw(html, "\">KS ");
    drift__html_number(html, column->ks.value, 3);
    drift__html_raw(html, "</text>");
}

void drift__html_cumulative(drift__html *html, const drift_column_result *column)
{
    bins b;
    if (!column->ks.has_value || !make_bins(column, MOST_BINS, &b))
        return;
    gap at = largest_gap(column);
    double x = 480 * place(&b, at.x);
    drift__html_raw(
        html,
        "<p class=\"dim\"><small>Cumulative share of the values, 0 to 100\xe2\x80\xaf%; dotted: "
        "the largest gap</small></p>");
    drift__html_raw(html, "<svg viewBox=\"0 0 480 200\" role=\"img\"><title>Cumulative shares; the "
                          "largest gap, KS ");
    drift__html_number(html, column->ks.value, 3);
    drift__html_raw(html, ", lies at ");
    drift__html_number(html, at.x, 4);
    drift__html_raw(html, "</title><path class=\"ax\" d=\"M0 176H480M0 4H480\"/>");
    curve(html, "rl", &b, column, 0);
    curve(html, "c", &b, column, 1);
    if (column->ks.value > 0)
        mark_gap(html, column, &at, x);
    axis(html, &b, 480, 194);
    drift__html_raw(html, "</svg>");
}
