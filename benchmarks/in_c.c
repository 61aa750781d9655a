/* The yardstick in C: draws, normals and exponentials in loops that vectorise, a block that stays in cache at
   a time; then the rules row by row. The rules stand in words in workload.py. */
#include <math.h>
#include <stdint.h>
#include <string.h>

enum { CITIES = 310, BLOCK = 2048 };
static const uint64_t GOLDEN = 0x9E3779B97F4A7C15ULL;

typedef struct {
    uint8_t *age, *flag;
    uint16_t *city, *home, *years;
    float *wage, *index, *account, *pension;
} Columns;
typedef struct { const double *mortality, *wage, *rate, *distance, *months, *network; } World;
typedef struct { double *contributions, *pensions; int64_t *workers, *retirees, *people; } Sums;

static inline uint64_t mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}
static inline double unit(uint64_t h) { return ((double)(int64_t)(h >> 11) + 0.5) * 0x1p-53; }
static inline double draw(uint64_t h, uint64_t k) { return unit(mix(h + k * GOLDEN)); }

static inline double centre(double q) {
    double r = q * q;
    double top = ((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r
        + 138.357751867269) * r - 30.66479806614716) * r + 2.506628277459239;
    double low = ((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r
        + 66.80131188771972) * r - 13.28068155288572) * r + 1.0;
    return top * q / low;
}
static double tail(double p) {
    double r = sqrt(-2.0 * log(p < 0.5 ? p : 1.0 - p));
    double top = ((((-0.007784894002430293 * r - 0.3223964580411365) * r - 2.400758277161838) * r
        - 2.549732539343734) * r + 4.374664141464968) * r + 2.938163982698783;
    double low = (((0.007784695709041462 * r + 0.3224671290700398) * r + 2.445134137142996) * r
        + 3.754408661907416) * r + 1.0;
    return p < 0.5 ? top / low : -top / low;
}
/* exp for |x| < 700: x = n ln 2 + r, Taylor to the 13th power of r, then the exponent by bits. */
static inline double exponential(double x) {
    double shifted = x * 1.4426950408889634 + 0x1.8p52;
    int64_t bits;
    memcpy(&bits, &shifted, 8);
    double n = shifted - 0x1.8p52;
    double r = (x - n * 0.693147180369123816490) - n * 1.90821492927058770002e-10;
    double e = 1.0 / 6227020800.0;
    e = e * r + 1.0 / 479001600.0; e = e * r + 1.0 / 39916800.0; e = e * r + 1.0 / 3628800.0;
    e = e * r + 1.0 / 362880.0; e = e * r + 1.0 / 40320.0; e = e * r + 1.0 / 5040.0;
    e = e * r + 1.0 / 720.0; e = e * r + 1.0 / 120.0; e = e * r + 1.0 / 24.0;
    e = e * r + 1.0 / 6.0; e = e * r + 0.5; e = e * r + 1.0; e = e * r + 1.0;
    uint64_t scale = (uint64_t)(bits + 1023) << 52;
    double power;
    memcpy(&power, &scale, 8);
    return e * power;
}

static void row(long i, uint64_t h, double dies, double growth, const Columns *c, const World *w, Sums *s) {
    int age = c->age[i] + 1, flag = c->flag[i], city = c->city[i], home = c->home[i];
    if (dies < w->mortality[(flag & 1) * 128 + age]) {
        age = 20; flag &= 3; city = home;
        c->years[i] = 0;
        c->index[i] = c->account[i] = c->pension[i] = 0.0f;
        c->wage[i] = (float)(0.6 * w->wage[home]);
    }
    int province = home / 10;
    if (flag & 4) {
        double pension = 1.04 * c->pension[i];
        c->pension[i] = (float)pension;
        s->pensions[city] += pension;
        s->retirees[city]++;
    } else {
        double average = w->wage[city], wage = c->wage[i] * growth;
        double base = fmin(fmax(wage, 0.6 * average), 3.0 * average);
        int pays = 1;
        if (flag & 2) {
            double taste = 0.4 + 0.8 * log(wage / average) - 0.02 * (age - 40);
            pays = draw(h, 2) < 1.0 / (1.0 + exp(-taste));
        }
        double account = 1.03 * c->account[i], index = c->index[i];
        int worked = c->years[i];
        if (pays) {
            s->contributions[city] += base * (w->rate[city] + 0.08);
            index += base / average;
            worked++;
            account += 0.08 * base;
        }
        if (age >= ((flag & 1) ? 55 : 60)) {
            double pension = 12.0 * account / w->months[age];
            if (worked > 0) pension += average * (1.0 + index / worked) * 0.5 * worked * 0.01;
            c->pension[i] = (float)pension;
            flag |= 4;
            wage = 0.0;
        } else if (draw(h, 3) < 0.05) {
            int options[6], here = city / 10, k;
            double odds[6], total = 0.0, mark;
            for (k = 0; k < 6; k++) {
                int there = k == 0 ? city : k == 1 ? home : (int)(CITIES * draw(h, 6 + k));
                double far = k == 0 ? 0.0 : w->distance[here * 31 + there / 10];
                options[k] = there;
                odds[k] = exp(log(w->wage[there] / average) + w->network[province * CITIES + there] - far);
                total += odds[k];
            }
            mark = draw(h, 5) * total;
            for (k = 0; k < 5 && mark >= odds[k]; k++) mark -= odds[k];
            city = options[k];
            wage *= w->wage[city] / average;
        }
        c->wage[i] = (float)wage; c->index[i] = (float)index; c->account[i] = (float)account;
        c->years[i] = (uint16_t)worked;
        s->workers[city]++;
    }
    c->age[i] = (uint8_t)age; c->flag[i] = (uint8_t)flag; c->city[i] = (uint16_t)city;
    s->people[province * CITIES + city]++;
}

void year(long start, long stop, uint64_t key, const Columns *c, const World *w, Sums *s) {
    uint64_t h[BLOCK];
    double dies[BLOCK], p[BLOCK], growth[BLOCK];
    for (long first = start; first < stop; first += BLOCK) {
        int n = stop - first < BLOCK ? (int)(stop - first) : BLOCK;
        for (int j = 0; j < n; j++) h[j] = mix(key + (uint64_t)(first + j) * GOLDEN);
        for (int j = 0; j < n; j++) dies[j] = draw(h[j], 0);
        for (int j = 0; j < n; j++) p[j] = draw(h[j], 1);
        for (int j = 0; j < n; j++) growth[j] = centre(p[j] - 0.5);
        for (int j = 0; j < n; j++) if (fabs(p[j] - 0.5) > 0.47575) growth[j] = tail(p[j]);
        for (int j = 0; j < n; j++) growth[j] = exponential(0.05 + 0.10 * growth[j]);
        for (int j = 0; j < n; j++) row(first + j, h[j], dies[j], growth[j], c, w, s);
    }
}
