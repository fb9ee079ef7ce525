// Tells of a made-up run by mail, for mail_test.py:
//   mail_notice HOST PORT none|starttls|tls CA_FILE USER FROM TO...
// CA_FILE and USER may be empty; the password is the line on standard input. Prints each record of
// the log as "level message", fields and all.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/glue/notify.hpp"
#include "sluice/net/http1_client.hpp"

using namespace sluice;

namespace {

class Printer final : public LogSink {
 public:
  void write(const LogRecord& record) override {
    std::cout << name_of(record.level) << ' ' << record.message;
    for (const LogField& field : record.fields) {
      if (const auto* text = std::get_if<std::string_view>(&field.value.get()))
        std::cout << ' ' << field.name << '=' << *text;
    }
    std::cout << '\n';
  }
};

glue::EmailConfig::Security security_of(const std::string& word) {
  using Security = glue::EmailConfig::Security;
  if (word == "starttls") return Security::starttls;
  return word == "tls" ? Security::tls : Security::none;
}

glue::EmailConfig email_of(const std::vector<std::string>& words) {
  glue::EmailConfig email;
  email.host = words[0];
  email.port = static_cast<std::uint16_t>(std::stoul(words[1]));
  email.security = security_of(words[2]);
  email.user = words[4];
  std::string password;
  std::getline(std::cin, password);
  email.password = Secret(password);
  email.from = words[5];
  email.to.assign(words.begin() + 6, words.end());
  return email;
}

glue::Notice made_up() {
  glue::Notice notice;
  notice.status = glue::NoticeStatus::failed;
  notice.exit_code = 10;
  notice.workflow = "etl-data-pipeline-workflow";
  notice.run_id = "wr_abc123";
  notice.duration = std::chrono::seconds(870);
  notice.errors = {"★ Workflow実行失敗: etl-data-pipeline-workflow - 失敗ジョブ 1件",
                   ".starts with a dot"};
  notice.report = "./downloads/report_20241114_103045.txt";
  notice.host = "batch-01.example.com";
  return notice;
}

Task<> tell(Runtime& runtime, glue::NotifyConfig config, std::string ca_file) {
  const auto http = net::make_http1_client(runtime, {});
  const glue::GlueLog log(runtime.log(), Language::japanese);
  const glue::Notice notice = made_up();
  glue::NotifyOptions options;
  options.tls.ca_file = std::move(ca_file);
  co_await glue::notify(runtime, runtime.context(), *http, config, notice, log, options);
  co_await http->close();
}

void run(const std::vector<std::string>& words) {
  asio::io_context loop{1};
  const Logger log(std::make_shared<Printer>(), std::make_shared<SystemClock>(), LogLevel::debug);
  Runtime runtime(loop, {.clock = nullptr, .random = nullptr, .threads = nullptr, .log = log});
  std::exception_ptr thrown;
  const auto note = [&thrown](std::exception_ptr failure) { thrown = std::move(failure); };
  const glue::NotifyConfig config{.webhook = std::nullopt, .email = email_of(words)};
  asio::co_spawn(loop, tell(runtime, config, words[3]), note);
  loop.run();
  if (thrown) std::rethrow_exception(thrown);
  loop.restart();
  asio::co_spawn(loop, runtime.close(), note);
  loop.run();
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  if (words.size() < 7) {
    std::fputs("usage: mail_notice HOST PORT SECURITY CA_FILE USER FROM TO...\n", stderr);
    return 2;
  }
  try {
    run(words);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "mail_notice: %s\n", error.what());
    return 1;
  }
  return 0;
}
