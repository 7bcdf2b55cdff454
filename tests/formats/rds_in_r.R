# Every .rds of a folder as JSON beside it: bits of numbers, texts as they are, attributes.
bits <- function(x) vapply(x, function(each) paste(writeBin(each, raw(), endian = "big"), collapse = ""), "")
quoted <- function(x) ifelse(is.na(x), "null", paste0('"', vapply(x, escaped, ""), '"'))
escaped <- function(x) if (is.na(x)) "" else paste(sprintf("\\u%04x", utf16(utf8ToInt(x))), collapse = "")
utf16 <- function(x) unlist(lapply(x, function(code) {
  if (code < 65536) code else c(55296 + (code - 65536) %/% 1024, 56320 + (code - 65536) %% 1024)
}))
listed <- function(x) paste0("[", paste(x, collapse = ","), "]")
shown <- function(x) {
  known <- attributes(x)
  plain <- as.vector(unclass(x))
  values <- switch(typeof(plain),
    character = quoted(plain), double = quoted(bits(plain)), ifelse(is.na(plain), "null", as.integer(plain)))
  told <- vapply(names(known), function(name) {
    paste0(quoted(name), ":", if (is.numeric(known[[name]])) listed(quoted(bits(as.double(known[[name]]))))
      else listed(quoted(known[[name]])))
  }, "")
  names <- if (is.null(names(known$labels))) "" else paste0(',"labelled":', listed(quoted(names(known$labels))))
  paste0('{"type":"', typeof(plain), '","values":', listed(values), names, ',"attributes":{',
    paste(told, collapse = ","), "}}")
}
for (file in commandArgs(TRUE)) {
  data <- readRDS(file)
  stopifnot(is.data.frame(data))
  label <- if (is.null(attr(data, "label"))) "null" else quoted(attr(data, "label"))
  shows <- vapply(names(data), function(name) paste0(quoted(name), ":", shown(data[[name]])), "")
  writeLines(paste0('{"records":', nrow(data), ',"label":', label, ',"columns":{', paste(shows, collapse = ","), "}}"),
    paste0(file, ".json"))
}
