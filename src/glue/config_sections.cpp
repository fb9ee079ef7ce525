#include "glue/config_sections.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>

#include "sluice/glue/glue_log.hpp"
#include "sluice/glue/notify.hpp"
#include "sluice/net/endpoint.hpp"

namespace sluice::glue {
namespace {

std::optional<Date> parsed_date(std::string_view text) {
  // "YYYY-MM-DD" and a day of the calendar.
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  int parts[3] = {0, 0, 0};
  constexpr std::size_t begins[3] = {0, 5, 8}, sizes[3] = {4, 2, 2};
  for (std::size_t i = 0; i < 3; ++i) {
    for (const char c : text.substr(begins[i], sizes[i])) {
      if (c < '0' || c > '9') return std::nullopt;
      parts[i] = parts[i] * 10 + (c - '0');
    }
  }
  const Date date{parts[0], static_cast<unsigned>(parts[1]), static_cast<unsigned>(parts[2])};
  const std::chrono::year_month_day day{std::chrono::year(date.year),
                                        std::chrono::month(date.month), std::chrono::day(date.day)};
  return day.ok() ? std::optional(date) : std::nullopt;
}

std::optional<Date> read_date(MapReader& section, std::string_view name) {
  const auto text = section.text(name);
  if (!text) return std::nullopt;
  const auto date = parsed_date(*text);
  if (!date)
    section.problems().add(section.place_of(name), section.key_of(name), messages::want_date,
                           shown(*section.value(name)));
  return date;
}

void read_mode(MapReader& section, std::uint32_t& mode) {
  const auto text = section.text("file_mode");
  if (!text) return;
  std::uint32_t read = 0;
  bool octal = !text->empty() && text->size() <= 4;
  for (const char c : *text) {
    octal = octal && c >= '0' && c <= '7';
    read = read * 8 + static_cast<std::uint32_t>(c - '0');
  }
  if (octal && read <= 0777 && (read & 0400) != 0) {
    mode = read;
    return;
  }
  section.problems().add(section.place_of("file_mode"), section.key_of("file_mode"),
                         messages::want_mode, shown(*section.value("file_mode")));
}

NotifyWhen read_when(MapReader& section) {
  const auto chosen = section.choice("when", {"always", "success", "failure"});
  return static_cast<NotifyWhen>(chosen.value_or(0));
}

void tell(MapReader& section, const std::vector<NotifyProblem>& found) {
  for (const NotifyProblem& problem : found) {
    const std::string_view key = std::string_view(problem.key).substr(0, problem.key.find('['));
    // A value that could not be read looks like one that is not there.
    if (!section.problems().has(section.key_of(problem.key)))
      section.problems().put(section.place_of(key), section.key_of(problem.key), problem.message);
  }
}

std::optional<WebhookConfig> read_webhook(MapReader& notify) {
  const codec::YamlValue* const given = notify.value("webhook");
  if (!given) return std::nullopt;
  MapReader section(given, notify.key_of("webhook"), notify.problems());
  WebhookConfig webhook;
  webhook.url = Secret(section.text("url").value_or(""));
  webhook.template_text = section.text("template").value_or("");
  webhook.when = read_when(section);
  tell(section, problems_of(webhook, notify.problems().language()));
  return webhook;
}

/// A list, or one alone.
std::vector<std::string> read_recipients(MapReader& section) {
  const codec::YamlValue* const given = section.value("to");
  if (given && given->is_scalar()) return {section.text("to").value_or("")};
  return section.texts("to").value_or(std::vector<std::string>());
}

std::optional<EmailConfig> read_email(MapReader& notify) {
  using Security = EmailConfig::Security;
  const codec::YamlValue* const given = notify.value("email");
  if (!given) return std::nullopt;
  MapReader section(given, notify.key_of("email"), notify.problems());
  constexpr std::array securities = {Security::starttls, Security::tls, Security::none};
  constexpr std::array<std::uint16_t, 3> usual_ports = {587, 465, 25};
  EmailConfig email;
  email.host = section.text("host").value_or("");
  const std::size_t chosen = section.choice("security", {"starttls", "tls", "none"}).value_or(0);
  email.security = securities[chosen];
  email.port =
      static_cast<std::uint16_t>(section.integer("port", 1, 65535).value_or(usual_ports[chosen]));
  email.user = section.text("user").value_or("");
  email.password = Secret(section.text("password").value_or(""));
  email.from = section.text("from").value_or("");
  email.to = read_recipients(section);
  email.when = read_when(section);
  tell(section, problems_of(email, notify.problems().language()));
  return email;
}

void read_date_range(MapReader& filters, FilterConfig& into) {
  MapReader section(filters.value("date_range"), "filters.date_range", filters.problems());
  section.boolean("enabled", into.by_date);
  into.start_date = read_date(section, "start_date");
  into.end_date = read_date(section, "end_date");
  if (into.start_date && into.end_date && *into.start_date > *into.end_date)
    section.problems().add(section.place_of("start_date"), section.key_of("start_date"),
                           messages::reversed, "start_date", "end_date");
}

void read_size_range(MapReader& filters, FilterConfig& into) {
  MapReader section(filters.value("file_size"), "filters.file_size", filters.problems());
  section.boolean("enabled", into.by_size);
  into.min_mb = section.number("min_mb");
  into.max_mb = section.number("max_mb");
  if (into.min_mb && into.max_mb && *into.min_mb > *into.max_mb)
    section.problems().add(section.place_of("min_mb"), section.key_of("min_mb"), messages::reversed,
                           "min_mb", "max_mb");
}

void read_metadata(MapReader& filters, FilterConfig& into) {
  const codec::YamlValue* const given = filters.value("metadata");
  if (!given) return;
  MapReader section(given, "filters.metadata", filters.problems());
  if (!section.present()) return;
  for (const codec::YamlKey& key : given->keys) {
    std::string name = key.text;
    for (char& c : name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');  // header names
    }
    if (const auto text = section.text(key.text)) into.metadata[name] = *text;
  }
}

}  // namespace

void read_download(MapReader& top, DownloadConfig& download) {
  MapReader section(top.value("download"), "download", top.problems());
  if (const auto directory = section.text("local_base_dir")) {
    if (directory->empty())
      section.problems().add(section.place_of("local_base_dir"), "download.local_base_dir",
                             messages::empty_text);
    download.local_base_dir = *directory;
  }
  section.boolean("preserve_structure", download.preserve_structure);
  section.boolean("overwrite", download.overwrite);
  if (const auto workers = section.integer("max_workers", 1, 1024))
    download.max_workers = static_cast<std::size_t>(*workers);
  if (const auto count = section.integer("retry_count", 0, 1000))
    download.retry_count = static_cast<std::uint32_t>(*count);
  section.seconds("retry_delay", 0, download.retry_delay);
  const auto compress = section.choice("compress", {"none", "gzip", "zstd"});
  download.compress = static_cast<Compression>(compress.value_or(0));
  section.boolean("incremental", download.incremental);
  read_mode(section, download.file_mode);
}

void read_logging(MapReader& top, LoggingConfig& logging) {
  MapReader section(top.value("logging"), "logging", top.problems());
  constexpr LogLevel levels[] = {LogLevel::debug, LogLevel::info, LogLevel::warn, LogLevel::error};
  if (const auto level = section.choice("level", {"DEBUG", "INFO", "WARNING", "ERROR"}))
    logging.level = levels[*level];
  logging.file = section.text("file").value_or("");
  section.boolean("console", logging.console);
  if (const auto format = section.text("format")) {
    const std::string problem = problem_of_log_format(*format);
    if (!problem.empty())
      section.problems().add(section.place_of("format"), section.key_of("format"),
                             messages::bad_log_format, problem);
    logging.format = *format;
  }
  if (const auto language = section.choice("lang", {"en", "ja"}))
    logging.language = *language == 1 ? Language::japanese : Language::english;
}

void read_filters(MapReader& top, FilterConfig& filters) {
  MapReader section(top.value("filters"), "filters", top.problems());
  read_date_range(section, filters);
  read_size_range(section, filters);
  read_metadata(section, filters);
}

void read_notify(MapReader& top, NotifyConfig& notify) {
  MapReader section(top.value("notify"), "notify", top.problems());
  notify.webhook = read_webhook(section);
  notify.email = read_email(section);
}

}  // namespace sluice::glue
