/* SPDX-License-Identifier: Apache-2.0
 *
 * serve_boost.cpp: counting into given edges by Boost.Histogram, a block of values
 * at a time. usage: serve_boost VALUES EDGES
 */
#include <boost/histogram.hpp>
#include <boost/version.hpp>
#include <string>
#include <vector>

#include "serve.h"

namespace bh = boost::histogram;

using edges_axis = bh::axis::variable<>;

static auto make_histogram(const std::vector<double> &edges)
{
    return bh::make_histogram_with(std::vector<std::uint64_t>(), edges_axis(edges));
}

struct setting {
    decltype(make_histogram({})) histogram;
    std::vector<double> values;
};

static std::vector<double> read(const char *path)
{
    size_t n = 0;
    double *values = serve_read(path, SIZE_MAX, &n);
    std::vector<double> copy(values, values + n);
    free(values);
    return copy;
}

static double work(void *context)
{
    setting *s = static_cast<setting *>(context);
    double sum = 0, total = 0;
    s->histogram.reset();
    s->histogram.fill(s->values);
    for (auto &&cell : bh::indexed(s->histogram)) {
        sum += cell.index() * static_cast<double>(*cell);
        total += static_cast<double>(*cell);
    }
    return sum / total;
}

int main(int count, char **arguments)
{
    if (count != 3)
        serve_fail("usage: serve_boost VALUES EDGES", arguments[0]);
    setting s{make_histogram(read(arguments[2])), read(arguments[1])};
    std::string who = "Boost.Histogram " + std::to_string(BOOST_VERSION / 100000) + "." +
                      std::to_string(BOOST_VERSION / 100 % 1000) + " variable axis";
    return serve(who.c_str(), work, &s);
}
