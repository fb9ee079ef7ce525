// The pattern examples of the users' design, appendix B: each behaves as its comment says.
#include <doctest/doctest.h>

#include "sluice/glue/file_matcher.hpp"

namespace sluice::glue {
namespace {

using Names = std::vector<std::string>;

/// The index of the pattern that each name is said to match.
void check(const Names& patterns, const Names& names, const std::vector<std::size_t>& expected) {
  FileMatcher matcher;
  for (std::size_t i = 0; i < names.size(); ++i) {
    CAPTURE(names[i]);
    const std::string* const matched = matcher.get_matched_pattern(names[i], patterns);
    REQUIRE(matched);
    CHECK(*matched == patterns[expected[i]]);
  }
}

}  // namespace

TEST_CASE("B.1: single patterns") {
  check({"^data_\\d{8}\\.csv$"}, {"data_20241114.csv"}, {0});
  check({"^result_\\d{8}_\\d{6}\\.parquet$"}, {"result_20241114_103045.parquet"}, {0});
  check({"^output_\\d{8}\\.(csv|parquet|json)$"},
        {"output_20241114.csv", "output_20241114.parquet"}, {0, 0});
  check({"^year=\\d{4}/month=\\d{2}/day=\\d{2}/.*\\.parquet$"},
        {"year=2024/month=11/day=14/data.parquet"}, {0});
  check({"^transaction_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\.csv$"},
        {"transaction_550e8400-e29b-41d4-a716-446655440000.csv"}, {0});
}

TEST_CASE("B.2, example 1: formats together") {
  check({"^sales_daily_\\d{8}\\.csv$", "^sales_weekly_\\d{6}_W\\d{2}\\.csv$",
         "^sales_monthly_\\d{6}\\.csv$", "^sales_yearly_\\d{4}\\.csv$"},
        {"sales_daily_20241114.csv", "sales_weekly_202411_W02.csv", "sales_monthly_202411.csv",
         "sales_yearly_2024.csv"},
        {0, 1, 2, 3});
}

TEST_CASE("B.2, example 2: extensions") {
  check({"^report_\\d{8}\\.parquet$", "^report_\\d{8}\\.csv$", "^report_\\d{8}\\.json$",
         "^report_summary_\\d{8}\\.pdf$"},
        {"report_20241114.parquet", "report_20241114.csv", "report_20241114.json",
         "report_summary_20241114.pdf"},
        {0, 1, 2, 3});
}

TEST_CASE("B.2, example 3: prefixes") {
  check({"^customer_\\d{8}\\.parquet$", "^product_\\d{8}\\.parquet$", "^order_\\d{8}\\.parquet$",
         "^inventory_\\d{8}\\.parquet$"},
        {"customer_20241114.parquet", "product_20241114.parquet", "order_20241114.parquet",
         "inventory_20241114.parquet"},
        {0, 1, 2, 3});
}

TEST_CASE("B.2, example 4: partitions; the first pattern that matches is the one") {
  check({"^year=\\d{4}/month=\\d{2}/day=\\d{2}/.*\\.parquet$",
         "^year=\\d{4}/month=\\d{2}/.*\\.parquet$", "^region=[A-Z]{2}/year=\\d{4}/.*\\.parquet$"},
        {"year=2024/month=11/day=14/data.parquet", "year=2024/month=11/summary.parquet",
         "region=US/year=2024/data.parquet"},
        {0, 1, 2});
}

TEST_CASE("B.2, example 5: versions") {
  check({"^data_v\\d+\\.\\d+\\.\\d+_\\d{8}\\.parquet$", "^data_\\d{8}_v\\d+\\.parquet$",
         "^data_\\d{8}_final\\.parquet$", "^data_\\d{8}_draft\\.parquet$"},
        {"data_v1.2.3_20241114.parquet", "data_20241114_v5.parquet", "data_20241114_final.parquet",
         "data_20241114_draft.parquet"},
        {0, 1, 2, 3});
}

TEST_CASE("B.2, example 6: naming rules") {
  check({"^[A-Z]{3}_[A-Z]{2}_\\d{8}_\\d{6}\\.csv$", "^[a-z]+_[0-9a-f]{8}\\.json$",
         "^\\d{4}Q[1-4]_financial_report\\.(xlsx|csv)$",
         "^backup_\\d{8}_\\d{6}_[0-9a-f]{32}\\.tar\\.gz$"},
        {"USD_US_20241114_103045.csv", "customer_a1b2c3d4.json", "2024Q3_financial_report.xlsx",
         "backup_20241114_103045_d41d8cd98f00b204e9800998ecf8427e.tar.gz"},
        {0, 1, 2, 3});
}

TEST_CASE("a matcher filters lists, by one pattern and by several") {
  FileMatcher matcher;
  const Names files{"a.csv", "b.json", "c.csv", "d"};
  CHECK(matcher.filter_files(files, ".*\\.csv$") == Names{"a.csv", "c.csv"});
  const auto sorted = matcher.filter_files_multi_pattern(files, {".*\\.csv$", ".*\\.json$", "^x"});
  CHECK(sorted.at(".*\\.csv$") == Names{"a.csv", "c.csv"});
  CHECK(sorted.at(".*\\.json$") == Names{"b.json"});
  CHECK(sorted.at("^x").empty());
  CHECK(matcher.matches("a.csv", "a"));  // re.match does not ask for the end
  CHECK_FALSE(matcher.matches("xa.csv", "a"));
  CHECK(matcher.matches_any("b.json", {"^x", "^b"}));
}

}  // namespace sluice::glue
