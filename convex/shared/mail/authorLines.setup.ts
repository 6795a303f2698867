/**
 * How many lines of each text and mail of the fixtures their author wrote, counted by reading them: without what they quote,
 * and without a signature below its delimiter. Footers of lists and "Sent from my phone" count as theirs: they harm nobody.
 */
export const authorLines: Record<string, number> = Object.fromEntries(
  Object.entries({
    1: [
      'correct_sig email_1_4 email_1_7 email_20 email_2_1 email_2_2 email_2_3 email_4',
      'email_custom_quote_header email_customer_quote_header_2 email_gmail email_headers_no_delimiter',
      'email_thread email_tricky_17_forward_header email_tricky_9_nested_quotes email_unquoted_reply',
      'email_with_date_headers extended-reply-parser-email_multipart extended-reply-parser-email_text',
      'sig_no_empty_line talon-apple_mail talon-apple_mail_2 talon-comcast talon-gmail talon-sparrow',
      'talon-yahoo',
    ],
    2: [
      'email_19 email_1_6 email_1_8 email_6 email_BlackBerry email_iPhone',
      'email_multi_word_sent_from_my_mobile_device email_sent_from email_sent_from_my_not_signature',
      'email_tricky_20_html_entities email_with_from_headers email_zoho pathological talon-iphone',
      'talon-reply-quotations-share-block',
    ],
    3: [
      'email_customer_quote_header_3 email_one_is_not_on email_tricky_11_double_signature',
      'email_tricky_18_inline_reply email_tricky_19_quote_without_header email_tricky_4_from_in_body',
      'email_tricky_8_sent_from_in_content',
    ],
    4: [
      'email_de_2 email_de_5 email_partial_quote_header email_sig_delimiter_in_middle_of_line',
      'email_tricky_1_on_false_positive email_tricky_6_regards_in_sentence greedy_on',
    ],
    5: [
      'email_10 email_11 email_12 email_13 email_14 email_16 email_18 email_22 email_23 email_24',
      'email_25 email_26 email_7 email_8 email_9 email_bullets email_danish_dash_separator email_de_6',
      'email_emoji email_en_multiline_2 email_finnish email_fr_multiline email_french_2',
      'email_french_dash_separator email_german email_german_2 email_german_outlook',
      'email_gmail_split_line_from email_italian email_msn email_norwegian_gmail',
      'email_original_message email_original_message_2 email_outlook_split_line_from email_portuguese',
      'email_russian email_tricky_10_special_chars_in_name email_tricky_12_no_space_after_header',
      'email_tricky_14_long_quote_header email_tricky_15_original_message_variations',
      'email_tricky_2_url_with_wrote email_tricky_5_mixed_languages extended-reply-parser-email_de_9',
    ],
    6: [
      'email_15 email_de_4 email_german_3 email_ios_outlook email_ios_outlook_fr email_reply_header',
      'email_with_regards',
    ],
    7: ['email_1_3 email_3 email_not_a_signature_2 email_tricky_13_timestamp_variations'],
    8: ['email_de_1 email_tricky_16_unicode_signatures'],
    9: ['email_1 email_1_1 email_tricky_7_multiple_dashes'],
    10: ['email_tricky_3_code_block'],
    11: ['email_de_3 email_not_a_signature'],
    12: ['email_1_5'],
    22: ['email_1_2 email_2'],
    497: ['email_21'],
  }).flatMap(([lines, names]) =>
    names.flatMap((some) => some.split(' ').map((name) => [name, Number(lines)])),
  ),
);
